package org.kakuri.engine.internal.stats;

import java.util.Map;
import java.util.OptionalDouble;

/** Units of samples that are times. */
public final class TimeUnits {
    private static final Map<String, Double> NS = Map.of("ns", 1.0, "us", 1e3, "µs", 1e3, "ms", 1e6, "s", 1e9);

    private TimeUnits() {}

    /** Returns how many nanoseconds the unit is; empty if it is no time. */
    public static OptionalDouble ns(String unit) {
        Double ns = NS.get(unit);
        return ns == null ? OptionalDouble.empty() : OptionalDouble.of(ns);
    }
}

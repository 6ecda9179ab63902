package org.kakuri.comparison;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.Price;

/**
 * Prices that no source gives for the events of starting enclaves: two ends of a wide interval, so that a statement only counts if
 * it holds at both. Entries and exits: 8,000 to 12,000 cycles (Gramine, performance.rst, called an illustration there) at 4 and 2
 * GHz; the others are assumed.
 */
public final class AssumedPrices {
    private static final String ASSUMED = "assumed: the low and high end of what is plausible, no source";
    private static final String ILLUSTRATION = "Gramine Documentation/performance.rst: 8,000-12,000 cycles";
    private static final Map<String, double[]> NS = Map.ofEntries(row("ECREATE", 1_000, 20_000),
            row("EADD", 500, 5_000), row("EEXTEND", 50, 1_000), row("EINIT", 10_000, 1_000_000),
            row("EREMOVE", 100, 1_000), row("EENTER", 2_000, 6_000), row("EEXIT", 2_000, 6_000),
            row("ERESUME", 2_000, 6_000), row("AEX", 2_000, 6_000), row("EAUG", 500, 5_000),
            row("EACCEPT", 200, 2_000), row("EMODPE", 200, 2_000), row("EMODPR", 200, 2_000),
            row("EMODT", 200, 2_000), row("EREPORT", 1_000, 10_000), row("EGETKEY", 1_000, 10_000),
            row("EBLOCK", 200, 2_000), row("ETRACK", 200, 2_000), row("EWB", 5_000, 20_000),
            row("ELDU", 5_000, 20_000), row("EPA", 500, 5_000), row("QUOTE", 500_000, 50_000_000));

    private AssumedPrices() {}

    private static Map.Entry<String, double[]> row(String event, double low, double high) {
        return Map.entry(event, new double[] {low, high});
    }

    /** Returns whether all events of a backend have a price here. */
    public static boolean cover(Set<String> events) {
        return NS.keySet().containsAll(events);
    }

    /** Returns one end of the interval. */
    public static CostProfile end(String which, String architecture) {
        int index = which.equals("low") ? 0 : 1;
        var prices = new HashMap<String, Price>();
        NS.forEach((event, ns) -> prices.put(event, new Price(ns[index], 0, ns[0], ns[1],
                event.equals("EENTER") || event.equals("EEXIT") ? ILLUSTRATION : ASSUMED, false, "")));
        return new CostProfile("assumed-" + which, "unsourced prices, " + which + " end", "none", architecture, prices);
    }
}

package org.kakuri.api.experiment;

import java.util.Map;
import java.util.TreeMap;

/**
 * One point of a sweep: a value for each parameter, checked and in canonical spelling (sizes as plain bytes).
 *
 * @param values by parameter name
 */
public record Point(Map<String, String> values) {

    /** Copies the values, sorted by name. */
    public Point {
        values = java.util.Collections.unmodifiableMap(new TreeMap<>(values));
    }

    /** Returns a value as text. */
    public String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no such parameter: " + name + "; there are " + values.keySet());
        }
        return value;
    }

    /** Returns a value as a number. */
    public long number(String name) {
        return Long.parseLong(text(name));
    }
}

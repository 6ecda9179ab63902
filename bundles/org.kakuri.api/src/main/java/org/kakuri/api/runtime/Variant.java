package org.kakuri.api.runtime;

import java.util.Map;
import java.util.TreeMap;

/**
 * A backend derived from another as data.
 *
 * @param name unique, lower case
 * @param base name of the backend it is derived from
 * @param settings what its platform has otherwise, by the base's names
 * @param prices what events cost on it otherwise, in ns; assumed, not sourced
 */
public record Variant(String name, String base, Map<String, String> settings, Map<String, Double> prices) {

    /** Copies the maps. */
    public Variant {
        settings = java.util.Collections.unmodifiableMap(new TreeMap<>(settings));
        prices = java.util.Collections.unmodifiableMap(new TreeMap<>(prices));
    }
}

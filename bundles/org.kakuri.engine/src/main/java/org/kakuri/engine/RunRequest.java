package org.kakuri.engine;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What to measure.
 *
 * @param experiment its id, or the path of an experiment file
 * @param parameters parameter name to its values as typed, for example {@code size} to {@code 1,64,4k}; parameters that are
 *            left out take their defaults
 * @param options how to measure
 */
public record RunRequest(String experiment, Map<String, String> parameters, RunOptions options) {

    /** Copies the parameters, keeping their order. */
    public RunRequest {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /** Returns a request with default parameters and options. */
    public static RunRequest of(String experiment) {
        return new RunRequest(experiment, Map.of(), RunOptions.DEFAULT);
    }
}

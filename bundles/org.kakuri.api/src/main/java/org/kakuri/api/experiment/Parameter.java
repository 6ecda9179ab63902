package org.kakuri.api.experiment;

import java.util.List;

/**
 * A parameter of an experiment. Given on the command line as {@code name=value} or {@code --name value}, several values
 * separated by commas make a sweep.
 *
 * @param name lower case
 * @param description one line
 * @param kind how values are read
 * @param defaults values swept when nothing is said
 * @param allowed the values a CHOICE may have; for numbers empty
 * @param low least number
 * @param high greatest number
 * @param source where the default comes from; empty if it is assumed, which makes claims that depend on it assumed too
 */
public record Parameter(String name, String description, Kind kind, List<String> defaults, List<String> allowed,
        long low, long high, String source) {

    /** Copies the lists. */
    public Parameter {
        defaults = List.copyOf(defaults);
        allowed = List.copyOf(allowed);
    }

    /** How values are read. */
    public enum Kind {
        /** A whole number. */
        NUMBER,
        /** Bytes; {@code k}, {@code m} and {@code g} are powers of 1024. */
        SIZE,
        /** One of the allowed words. */
        CHOICE,
        /** Name of a TEE backend. */
        BACKEND,
        /** Name of an isolation runtime. */
        RUNTIME,
        /** Any text. */
        TEXT
    }
}

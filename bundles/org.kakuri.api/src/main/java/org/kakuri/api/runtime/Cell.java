package org.kakuri.api.runtime;

/**
 * What a pair of backend and runtime stands for.
 *
 * @param applicable false if the pair means nothing (N/A)
 * @param meaning the real-world architecture it stands for, or why it means nothing
 */
public record Cell(boolean applicable, String meaning) {
    /** Returns a pair that stands for the given architecture. */
    public static Cell of(String meaning) {
        return new Cell(true, meaning);
    }

    /** Returns a pair that means nothing, with the reason. */
    public static Cell notApplicable(String why) {
        return new Cell(false, why);
    }
}

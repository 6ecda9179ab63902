package org.kakuri.api;

/** How much of an event a runtime in a given mode was able to see; carried by every event count. */
public enum Observability {
    /** Every occurrence was counted. */
    EXACT,
    /** Counted by sampling; the count is an estimate. */
    SAMPLED,
    /** At least this many occurred. */
    LOWER_BOUND,
    /** Nothing can be said; the count is not a zero. */
    UNOBSERVED;

    /** Returns the weaker of the two, which is what a sum of both is worth. */
    public Observability and(Observability other) {
        return compareTo(other) >= 0 ? this : other;
    }
}

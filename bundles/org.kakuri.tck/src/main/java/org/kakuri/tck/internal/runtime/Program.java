package org.kakuri.tck.internal.runtime;

/** What guests of the checks do, whatever they are written in. */
enum Program {
    /** Returns 0. */
    RETURNS,
    /** Ends with the status 7. */
    EXITS_7,
    /** Ends by a fault of its own. */
    TRAPS,
    /** Goes on for ever, without a call. */
    LOOPS,
    /** Writes what it reads until the end of its input, then returns 0. */
    ECHOES,
    /** Is no program: an image that was cut off. */
    CUT_OFF,
    /** Wants 4 GiB of memory to begin with. */
    WANTS_4_GIB
}

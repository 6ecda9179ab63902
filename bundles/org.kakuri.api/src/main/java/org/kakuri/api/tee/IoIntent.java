package org.kakuri.api.tee;

/**
 * One I/O that code inside wants done, as far as the architecture cares.
 *
 * @param kind what it reaches
 * @param bytes bytes moved
 * @param style how the outside is reached
 */
public record IoIntent(Kind kind, long bytes, CallStyle style) {
    /** What an I/O reaches. */
    public enum Kind {
        /** A file of the host. */
        FILE,
        /** A pipe, socket or queue whose other end is outside. */
        STREAM,
        /** A pipe or queue whose both ends are inside the same instance. */
        INTERNAL,
        /** The clock. */
        CLOCK,
        /** Blocking until something outside happens. */
        WAIT
    }
}

package org.kakuri.api.tee;

import java.util.Objects;

/**
 * An architectural event as it happened; crosses process borders.
 *
 * @param nanoTime when, on the clock of {@link System#nanoTime()}, which all processes of one Linux machine share
 * @param where the machine: architecture and name, behind an at sign the process if it is another one
 * @param event its name
 * @param count how often it occurred at once
 * @param bytes bytes moved
 */
public record TracedEvent(long nanoTime, String where, String event, long count, long bytes) {
    /** Refuses missing parts. */
    public TracedEvent {
        Objects.requireNonNull(where, "where");
        Objects.requireNonNull(event, "event");
    }
}

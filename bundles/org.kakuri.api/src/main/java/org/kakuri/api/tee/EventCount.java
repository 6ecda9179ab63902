package org.kakuri.api.tee;

import org.kakuri.api.Observability;

/**
 * How often an event occurred.
 *
 * @param count occurrences
 * @param bytes bytes moved by them; 0 where the event moves none
 * @param observability how much of it was seen
 */
public record EventCount(long count, long bytes, Observability observability) {

    /** Returns the sum, as trustworthy as the weaker part. */
    public EventCount plus(EventCount other) {
        return new EventCount(count + other.count, bytes + other.bytes, observability.and(other.observability));
    }

    /** Returns what was added since the earlier count. */
    public EventCount since(EventCount earlier) {
        return new EventCount(count - earlier.count, bytes - earlier.bytes, observability.and(earlier.observability));
    }
}

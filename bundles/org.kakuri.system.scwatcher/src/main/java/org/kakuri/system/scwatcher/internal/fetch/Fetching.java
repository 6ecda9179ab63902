package org.kakuri.system.scwatcher.internal.fetch;

/** When a page is asked for. */
public enum Fetching {
    /** For each field that is read, as the source does. */
    PER_FIELD,
    /** Once for each moment. */
    CACHED,
    /** Once for each moment; those that the moment before needed come together, before they are asked for. */
    BATCHED
}

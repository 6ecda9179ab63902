package org.kakuri.engine;

import java.nio.file.Path;
import java.time.Instant;

/**
 * A result folder at a glance.
 *
 * @param id of the result
 * @param experiment its id
 * @param started when
 * @param state whether the run came to its end
 * @param trials trials that came to an end
 * @param failures how many of them failed
 * @param folder where it lies
 * @param problem why it is damaged; empty otherwise
 */
public record ResultSummary(String id, String experiment, Instant started, State state, int trials, int failures,
        Path folder, String problem) {

    /** Whether a result can be used. */
    public enum State {
        /** Every point was measured, skipped or failed. */
        COMPLETE,
        /** The run was cancelled, its process died, or it is still going on. What it wrote can be read. */
        INCOMPLETE,
        /** The folder cannot be read. */
        DAMAGED
    }
}

package org.kakuri.engine;

import java.time.Duration;
import java.util.Optional;

/** Told how far a run is. Called on the measuring thread between blocks, so it must be quick. */
@FunctionalInterface
public interface ProgressListener {
    /** Listens to nothing. */
    ProgressListener NONE = progress -> {};

    /** Called before each round of blocks, and once at the end. */
    void progress(Progress progress);

    /**
     * How far a run is.
     *
     * @param experiment its id
     * @param done rounds done; a round is one block of each arm
     * @param total rounds in the run
     * @param where the point, arm and phase at hand
     * @param left time left at the present pace; empty while nothing is known
     */
    record Progress(String experiment, int done, int total, String where, Optional<Duration> left) {}
}

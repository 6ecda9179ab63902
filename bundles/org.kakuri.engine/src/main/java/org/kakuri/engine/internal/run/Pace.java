package org.kakuri.engine.internal.run;

import java.time.Duration;
import java.util.Optional;
import org.kakuri.engine.ProgressListener;

/** Counts rounds and foretells the end. */
final class Pace {
    private final String experiment;
    private final int total;
    private final ProgressListener listener;
    private final long started = System.nanoTime();
    private int done;

    Pace(String experiment, int total, ProgressListener listener) {
        this.experiment = experiment;
        this.total = total;
        this.listener = listener;
    }

    /** Tells what comes next. */
    synchronized void at(String where) {
        Optional<Duration> left = done == 0
                ? Optional.empty()
                : Optional.of(Duration.ofNanos((System.nanoTime() - started) / done * (total - done)));
        listener.progress(new ProgressListener.Progress(experiment, done, total, where, left));
    }

    /** Says how many rounds are behind. */
    synchronized void reached(int rounds) {
        done = Math.min(rounds, total);
    }
}

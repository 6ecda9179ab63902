package org.kakuri.api;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A moment until which something may wait. Bound to this process's monotonic clock; send {@link #remaining()} elsewhere.
 *
 * @param nanoTime the moment on {@link System#nanoTime()}'s clock
 */
public record Deadline(long nanoTime) {

    /** Returns the moment that lies the given time ahead. */
    public static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /** Returns the moment that lies the given number of seconds ahead. */
    public static Deadline inSeconds(long seconds) {
        return new Deadline(System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
    }

    /** Returns the time left, never negative. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
    }

    /** Returns whether the moment has passed. */
    public boolean passed() {
        return nanoTime - System.nanoTime() <= 0;
    }
}

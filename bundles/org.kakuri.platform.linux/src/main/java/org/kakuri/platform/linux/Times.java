package org.kakuri.platform.linux;

import java.time.Duration;

/** Durations as the kernel wants them. */
final class Times {

    private Times() {}

    /** Milliseconds, rounded up so that a wait is never shorter than asked for, at most what fits. */
    static long millis(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("a timeout cannot be negative: timeout=" + timeout);
        }
        long nanos = nanos(timeout);
        return nanos / 1_000_000 + (nanos % 1_000_000 == 0 ? 0 : 1);
    }

    /** Nanoseconds, saturating. */
    static long nanos(Duration timeout) {
        return timeout.getSeconds() >= Long.MAX_VALUE / 1_000_000_000L ? Long.MAX_VALUE : timeout.toNanos();
    }
}

package org.kakuri.platform.linux;

import java.lang.foreign.MemorySegment;
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

    /** A {@code struct timespec} in the thread's scratch memory for ns since 1970, NULL for a negative number. */
    static MemorySegment spec(MemorySegment state, long at, long nanos) {
        if (nanos < 0) {
            return MemorySegment.NULL;
        }
        MemorySegment spec = Native.scratch(state, at, 16);
        spec.set(Native.LONG, 0, nanos / 1_000_000_000L);
        spec.set(Native.LONG, 8, nanos % 1_000_000_000L);
        return spec;
    }

    /** Nanoseconds, saturating. */
    static long nanos(Duration timeout) {
        return timeout.getSeconds() >= Long.MAX_VALUE / 1_000_000_000L ? Long.MAX_VALUE : timeout.toNanos();
    }
}

package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.LONG;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * futex(2) on a 4-byte aligned int in memory that processes share: the shared operations, not the PRIVATE ones.
 */
public final class Futex {

    private static final int FUTEX_WAIT = 0;
    private static final int FUTEX_WAKE = 1;

    private static final MethodHandle FUTEX = Native.syscall(POINTER, INT, INT, POINTER, POINTER, INT);

    private Futex() {}

    /**
     * Sleeps while the word holds {@code expected}: 0 when woken (perhaps for nothing: look again), {@code -EAGAIN} when it
     * held something else, {@code -ETIMEDOUT}, {@code -EINTR}.
     *
     * @param word         a segment of 4 bytes; its memory cannot be unmapped meanwhile
     * @param timeoutNanos negative: for ever
     */
    public static int waitRaw(MemorySegment word, int expected, long timeoutNanos) {
        MemorySegment state = Native.state();
        MemorySegment timeout = MemorySegment.NULL;
        if (timeoutNanos >= 0) {
            timeout = Native.scratch(state, 0, 16);
            timeout.set(LONG, 0, timeoutNanos / 1_000_000_000L);
            timeout.set(LONG, 8, timeoutNanos % 1_000_000_000L);
        }
        return call(state, word, FUTEX_WAIT, expected, timeout);
    }

    /** Wakes at most {@code count} sleepers: how many were woken, or {@code -errno}. */
    public static int wakeRaw(MemorySegment word, int count) {
        return call(Native.state(), word, FUTEX_WAKE, count, MemorySegment.NULL);
    }

    /** Sleeps while the word holds {@code expected}; false on timeout, true when woken, changed or interrupted: look again. */
    public static boolean await(MemorySegment word, int expected, long timeoutNanos) {
        int r = waitRaw(word, expected, timeoutNanos);
        if (r < 0 && r != -Errno.EAGAIN && r != -Errno.ETIMEDOUT && r != -Errno.EINTR) {
            throw new NativeException("futex_wait", "at=0x" + Long.toHexString(word.address()), -r);
        }
        return r != -Errno.ETIMEDOUT;
    }

    /** Wakes at most {@code count} sleepers; how many were woken. */
    public static int wake(MemorySegment word, int count) {
        return (int) Native.check(wakeRaw(word, count), "futex_wake", "at=0x" + Long.toHexString(word.address()));
    }

    private static int call(MemorySegment state, MemorySegment word, int op, int value, MemorySegment timeout) {
        try {
            return (int) Native.result(state, (long) FUTEX.invokeExact(state, SystemCalls.FUTEX, word, op, value,
                    timeout, MemorySegment.NULL, 0));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}

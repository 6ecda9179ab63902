package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.LONG;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Timers as descriptors and timers that send signals, and sleeping; {@code >= 0} or {@code -errno}. Times are ns. A setting
 * is two longs of 8 bytes: ns until it expires (0: it never does) and its interval.
 */
public final class TimerCalls {

    public static final int CLOCK_REALTIME = 0;
    public static final int CLOCK_MONOTONIC = 1;
    public static final int TIMER_ABSTIME = 1;
    /** Bytes of a setting. */
    public static final long SETTING_BYTES = 16;

    private static final long SECOND = 1_000_000_000L;
    private static final int TFD_CLOEXEC = OpenFlags.O_CLOEXEC;
    private static final long SPEC_BYTES = 32;
    private static final ValueLayout.OfLong PLAIN = ValueLayout.JAVA_LONG_UNALIGNED;

    private static final MethodHandle TIMERFD_CREATE = Native.withErrno("timerfd_create", INT, INT, INT);
    private static final MethodHandle TIMERFD_SETTIME = Native.withErrno("timerfd_settime", INT, INT, INT, POINTER,
            POINTER);
    private static final MethodHandle TIMERFD_GETTIME = Native.withErrno("timerfd_gettime", INT, INT, POINTER);
    private static final MethodHandle CREATE = Native.withErrno("timer_create", INT, INT, POINTER, POINTER);
    private static final MethodHandle SETTIME = Native.withErrno("timer_settime", INT, LONG, INT, POINTER, POINTER);
    private static final MethodHandle GETTIME = Native.withErrno("timer_gettime", INT, LONG, POINTER);
    private static final MethodHandle OVERRUN = Native.withErrno("timer_getoverrun", INT, LONG);
    private static final MethodHandle DELETE = Native.withErrno("timer_delete", INT, LONG);
    private static final MethodHandle NANOSLEEP = Native.plain("clock_nanosleep", INT, INT, INT, POINTER, POINTER);

    private TimerCalls() {}

    /** timerfd_create(2); flags: O_NONBLOCK or 0. */
    public static int timerfdRaw(int clock, int flags) {
        return (int) Native.call(s -> (int) TIMERFD_CREATE.invokeExact(s, clock, flags | TFD_CLOEXEC));
    }

    /** timerfd_settime(2); the setting before goes to {@code old}. */
    public static int timerfdSetRaw(int fd, int flags, long value, long interval, MemorySegment old) {
        return setting(old, value, interval,
                (s, to, before) -> (int) TIMERFD_SETTIME.invokeExact(s, fd, flags, to, before));
    }

    /** timerfd_gettime(2). */
    public static int timerfdGetRaw(int fd, MemorySegment setting) {
        return setting(setting, 0, 0, (s, to, now) -> (int) TIMERFD_GETTIME.invokeExact(s, fd, now));
    }

    /** timer_create(2) that sends a signal with a value, or none when it is 0; the C library's id goes to {@code id}. */
    public static int createRaw(int clock, int signal, int value, MemorySegment id) {
        return (int) Native.call(s -> (int) CREATE.invokeExact(s, clock,
                MessageQueues.event(s, signal == 0 ? 1 : 0, signal, value), id));
    }

    /** timer_settime(2); the setting before goes to {@code old}. */
    public static int setRaw(long id, int flags, long value, long interval, MemorySegment old) {
        return setting(old, value, interval,
                (s, to, before) -> (int) SETTIME.invokeExact(s, id, flags, to, before));
    }

    /** timer_gettime(2). */
    public static int getRaw(long id, MemorySegment setting) {
        return setting(setting, 0, 0, (s, to, now) -> (int) GETTIME.invokeExact(s, id, now));
    }

    /** timer_getoverrun(2). */
    public static int overrunRaw(long id) {
        return (int) Native.call(s -> (int) OVERRUN.invokeExact(s, id));
    }

    /** timer_delete(2). */
    public static int deleteRaw(long id) {
        return (int) Native.call(s -> (int) DELETE.invokeExact(s, id));
    }

    /** clock_nanosleep(2); when interrupted in a relative sleep, the ns left go to {@code left}. */
    public static int sleepRaw(int clock, int flags, long nanos, MemorySegment left) {
        return (int) Native.call(s -> {
            MemorySegment specs = Native.scratch(s, 0, SPEC_BYTES);
            specs.set(LONG, 0, nanos / SECOND);
            specs.set(LONG, 8, nanos % SECOND);
            specs.set(LONG, 16, 0);
            specs.set(LONG, 24, 0);
            int error = (int) NANOSLEEP.invokeExact(clock, flags, specs, specs.asSlice(16));
            left.set(PLAIN, 0, specs.get(LONG, 16) * SECOND + specs.get(LONG, 24));
            if (error != 0) {
                throw new NativeException("clock_nanosleep", "clock=" + clock, error);
            }
            return 0;
        });
    }

    @FunctionalInterface
    private interface Setting {
        int invoke(MemorySegment state, MemorySegment to, MemorySegment before) throws Throwable;
    }

    /** {@code struct itimerspec}: interval @0, value @16, both struct timespec. */
    private static int setting(MemorySegment old, long value, long interval, Setting call) {
        if (value < 0 || interval < 0) {
            return -Errno.EINVAL;
        }
        return (int) Native.call(s -> {
            MemorySegment specs = Native.scratch(s, 0, 2 * SPEC_BYTES);
            specs.set(LONG, 0, interval / SECOND);
            specs.set(LONG, 8, interval % SECOND);
            specs.set(LONG, 16, value / SECOND);
            specs.set(LONG, 24, value % SECOND);
            MemorySegment before = specs.asSlice(SPEC_BYTES);
            before.fill((byte) 0);
            int r = call.invoke(s, specs, before);
            old.set(PLAIN, 0, before.get(LONG, 16) * SECOND + before.get(LONG, 24));
            old.set(PLAIN, 8, before.get(LONG, 0) * SECOND + before.get(LONG, 8));
            return r;
        });
    }
}

package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.LONG;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Signals for a process that stands for somebody else's: they are blocked in all its threads, taken from the kernel as data, and
 * passed on. Masks are the kernel's, bit {@code signal - 1}.
 * <p>
 * A taken signal is {@link #RECORD_BYTES} bytes: signo @0, code @4, pid @8, uid @12 (ints), value @16 (long: what sigqueue
 * sent, or a child's status), overrun of a timer @24 (int).
 */
public final class SignalDelivery {

    public static final long RECORD_BYTES = 32;

    private static final long INFO_BYTES = 128;
    private static final long SIGSET_BYTES = 128;
    private static final int SIG_BLOCK = 0;
    private static final int SI_TIMER = -2;
    private static final int SFD_NONBLOCK_CLOEXEC = 0x80800;
    private static final ValueLayout.OfInt PLAIN_INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong PLAIN_LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private static final MethodHandle SIGMASK = Native.plain("pthread_sigmask", INT, INT, POINTER, POINTER);
    private static final MethodHandle SIGPENDING = Native.withErrno("sigpending", INT, POINTER);
    private static final MethodHandle TIMEDWAIT = Native.withErrno("sigtimedwait", INT, POINTER, POINTER, POINTER);
    private static final MethodHandle SIGNALFD = Native.withErrno("signalfd", INT, INT, POINTER, INT);

    private SignalDelivery() {}

    /** The calling thread's mask. */
    public static long blocked() {
        return mask(SIG_BLOCK, 0);
    }

    private static long mask(int how, long mask) {
        long[] old = new long[1];
        Native.check(Native.call(s -> {
            MemorySegment before = Native.scratch(s, SIGSET_BYTES, SIGSET_BYTES);
            int error = (int) SIGMASK.invokeExact(how, Signals.sigset(s, mask), before);
            old[0] = before.get(LONG, 0);
            return error == 0 ? 0 : -1;
        }), "pthread_sigmask", "how=" + how);
        return old[0];
    }

    /** Signals pending for the process or the calling thread. */
    public static long pending() {
        long[] set = new long[1];
        Native.check(Native.call(s -> {
            MemorySegment pending = Native.scratch(s, 0, SIGSET_BYTES);
            int r = (int) SIGPENDING.invokeExact(s, pending);
            set[0] = pending.get(LONG, 0);
            return r;
        }), "sigpending", "");
        return set[0];
    }

    /** signalfd(2), non-blocking: a new one when {@code fd} is -1, else that one's mask is changed. */
    public static int signalfdRaw(int fd, long mask) {
        return (int) Native.call(s -> (int) SIGNALFD.invokeExact(s, fd, Signals.sigset(s, mask), SFD_NONBLOCK_CLOEXEC));
    }

    /** Takes one signal from a signalfd as a record; its number, or {@code -errno}. */
    public static int takeRaw(int fd, MemorySegment record) {
        MemorySegment info = Native.scratch(Native.state(), 0, INFO_BYTES);
        long n = FdIo.readRaw(fd, info, 0, INFO_BYTES);
        if (n != INFO_BYTES) {
            return n < 0 ? (int) n : -Errno.EIO;
        }
        int signal = info.get(INT, 0);
        int status = info.get(INT, 40);
        long value = signal == Signals.SIGCHLD && info.get(INT, 8) > 0 ? status
                : info.get(ValueLayout.JAVA_LONG, 48);
        write(record, signal, info.get(INT, 8), info.get(INT, 12), info.get(INT, 16), value, info.get(INT, 32));
        return signal;
    }

    /** sigtimedwait(2) as a record, for ever when ns are negative; the signal's number, or {@code -errno}. */
    public static int awaitRaw(long mask, long nanos, MemorySegment record) {
        return (int) Native.call(s -> {
            MemorySegment info = Native.scratch(s, 2 * SIGSET_BYTES, INFO_BYTES);
            int signal = (int) TIMEDWAIT.invokeExact(s, Signals.sigset(s, mask), info,
                    Times.spec(s, SIGSET_BYTES, nanos));
            if (signal > 0) {
                boolean timer = info.get(INT, 8) == SI_TIMER;
                boolean child = signal == Signals.SIGCHLD && info.get(INT, 8) > 0;
                write(record, signal, info.get(INT, 8), timer ? 0 : info.get(INT, 16), timer ? 0 : info.get(INT, 20),
                        child ? info.get(INT, 24) : info.get(LONG, 24), timer ? info.get(INT, 20) : 0);
            }
            return signal;
        });
    }

    private static void write(MemorySegment record, int signal, int code, int pid, int uid, long value, int overrun) {
        record.set(PLAIN_INT, 0, signal);
        record.set(PLAIN_INT, 4, code);
        record.set(PLAIN_INT, 8, pid);
        record.set(PLAIN_INT, 12, uid);
        record.set(PLAIN_LONG, 16, value);
        record.set(PLAIN_INT, 24, overrun);
        record.set(PLAIN_INT, 28, 0);
    }
}

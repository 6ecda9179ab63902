package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.LONG;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Signals by name and number (asm-generic/signal.h, equal on x86-64 and AArch64); sending, blocking, waiting.
 * <p>
 * To wait for a signal it must be blocked in every thread of the process, best before the JVM starts
 * ({@link Spawn#blockedSignals}). SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGQUIT and SIGUSR2 belong to the JVM.
 */
public final class Signals {

    public static final int SIGHUP = 1;
    public static final int SIGINT = 2;
    public static final int SIGKILL = 9;
    public static final int SIGUSR1 = 10;
    public static final int SIGUSR2 = 12;
    public static final int SIGPIPE = 13;
    public static final int SIGALRM = 14;
    public static final int SIGTERM = 15;
    public static final int SIGCHLD = 17;
    public static final int SIGCONT = 18;
    public static final int SIGSTOP = 19;
    /** First real-time signal that glibc leaves to programs; these queue, the ones below coalesce. */
    public static final int SIGRTMIN = 34;
    public static final int SIGRTMAX = 64;

    /** Every signal but 32 and 33, which glibc keeps for itself. */
    static final long ALL = ~(1L << 31 | 1L << 32);

    private static final List<String> NAMES = List.of("SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT",
            "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM",
            "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU",
            "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS");

    private static final int SIG_BLOCK = 0;
    private static final int SIG_UNBLOCK = 1;
    private static final long SIGSET_BYTES = 128;
    private static final long SIGINFO_BYTES = 128;

    private static final MethodHandle KILL = Native.withErrno("kill", INT, INT, INT);
    private static final MethodHandle SIGQUEUE = Native.withErrno("sigqueue", INT, INT, INT, LONG);
    private static final MethodHandle SIGMASK = Native.plain("pthread_sigmask", INT, INT, POINTER, POINTER);
    private static final MethodHandle TIMEDWAIT = Native.withErrno("sigtimedwait", INT, POINTER, POINTER, POINTER);

    private Signals() {}

    /** The name, such as SIGTERM or SIGRTMIN+3; {@code signal99} for a number Linux does not define. */
    public static String name(int signal) {
        if (signal >= 1 && signal <= NAMES.size()) {
            return NAMES.get(signal - 1);
        }
        if (signal >= SIGRTMIN && signal <= SIGRTMAX) {
            return signal == SIGRTMIN ? "SIGRTMIN" : "SIGRTMIN+" + (signal - SIGRTMIN);
        }
        return "signal" + signal;
    }

    /** The number of a name such as SIGTERM, TERM or SIGRTMIN+3. */
    public static int number(String name) {
        String full = name.startsWith("SIG") ? name : "SIG" + name;
        int index = NAMES.indexOf(full);
        if (index >= 0) {
            return index + 1;
        }
        for (int signal = SIGRTMIN; signal <= SIGRTMAX; signal++) {
            if (name(signal).equals(full)) {
                return signal;
            }
        }
        throw new IllegalArgumentException(
                "unknown signal: name=" + name + "; expected one such as SIGTERM or SIGRTMIN+1");
    }

    /** A set of signals as the kernel's 64-bit mask: bit {@code signal - 1}. */
    static long mask(int... signals) {
        long mask = 0;
        for (int signal : signals) {
            if (signal < 1 || signal > SIGRTMAX || (ALL & 1L << signal - 1) == 0) {
                throw new IllegalArgumentException("not a signal programs may use: signal=" + signal);
            }
            mask |= 1L << signal - 1;
        }
        return mask;
    }

    /** kill(2): 0 or {@code -errno}. A negative pid means the process group; signal 0 only checks. */
    public static int killRaw(int pid, int signal) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) KILL.invokeExact(state, pid, signal));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Sends a signal to one process. */
    public static void kill(int pid, int signal) {
        if (pid <= 0) {
            throw new IllegalArgumentException(
                    "pid=" + pid + " would reach more than one process; use killRaw if meant");
        }
        Native.check(killRaw(pid, signal), "kill", "pid=" + pid + ", signal=" + name(signal));
    }

    /** Sends a signal with a value; real-time signals queue. EAGAIN when the receiver's queue is full. */
    public static void queue(int pid, int signal, int value) {
        Native.check(queueRaw(pid, signal, value), "sigqueue",
                "pid=" + pid + ", signal=" + name(signal) + ", value=" + value);
    }

    /** sigqueue(3) of an int: 0 or {@code -errno}. */
    public static int queueRaw(int pid, int signal, int value) {
        return queueRaw(pid, signal, value & 0xffffffffL);
    }

    /** sigqueue(3): 0 or {@code -errno}. {@code union sigval} travels in one register, its int in the low half. */
    public static int queueRaw(int pid, int signal, long value) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) SIGQUEUE.invokeExact(state, pid, signal, value));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Blocks signals for the calling thread. */
    public static void block(int... signals) {
        setMask(SIG_BLOCK, mask(signals));
    }

    /** Unblocks signals for the calling thread. */
    public static void unblock(int... signals) {
        setMask(SIG_UNBLOCK, mask(signals));
    }

    /** Whether the calling thread blocks the signal. */
    public static boolean isBlocked(int signal) {
        return (setMask(SIG_BLOCK, 0) & mask(signal)) != 0;
    }

    private static long setMask(int how, long mask) {
        MemorySegment state = Native.state();
        MemorySegment set = sigset(state, mask);
        MemorySegment old = Native.scratch(state, SIGSET_BYTES, SIGSET_BYTES);
        try {
            int error = (int) SIGMASK.invokeExact(how, set, old);
            Native.check(-error, "pthread_sigmask", "how=" + how);
            return old.get(LONG, 0);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** A {@code sigset_t} in the thread's first 128 bytes of scratch memory. */
    static MemorySegment sigset(MemorySegment state, long mask) {
        MemorySegment set = Native.scratch(state, 0, SIGSET_BYTES);
        set.fill((byte) 0);
        set.set(LONG, 0, mask);
        return set;
    }

    /** Waits for one of the signals, which the calling thread must block; empty on timeout. Repeats on EINTR. */
    public static Optional<SignalInfo> await(Duration timeout, int... signals) {
        long wanted = mask(signals);
        long nanos = Times.nanos(timeout);
        long start = System.nanoTime();
        while (true) {
            long left = Math.max(0, nanos - (System.nanoTime() - start));
            int r = timedWaitRaw(wanted, left);
            if (r > 0) {
                return Optional.of(SignalInfo.decode(Native.scratch(Native.state(), 2 * SIGSET_BYTES, SIGINFO_BYTES)));
            }
            if (r == -Errno.EAGAIN) {
                return Optional.empty();
            }
            if (r != -Errno.EINTR) {
                throw new NativeException("sigtimedwait", "signals=" + Long.toHexString(wanted), -r);
            }
        }
    }

    private static int timedWaitRaw(long mask, long nanos) {
        MemorySegment state = Native.state();
        MemorySegment set = sigset(state, mask);
        MemorySegment info = Native.scratch(state, 2 * SIGSET_BYTES, SIGINFO_BYTES);
        MemorySegment time = Native.scratch(state, SIGSET_BYTES, 16);
        time.set(LONG, 0, nanos / 1_000_000_000L);
        time.set(LONG, 8, nanos % 1_000_000_000L);
        try {
            return Native.result(state, (int) TIMEDWAIT.invokeExact(state, set, info, time));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}

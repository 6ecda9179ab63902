package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Ends or stops this process in a way that its parent sees: with an exit status, or killed by a signal whatever the JVM does
 * about that signal otherwise. No shutdown hook runs and no core is dumped.
 */
public final class Termination {

    private static final int RLIMIT_CORE = 4;
    private static final MethodHandle SIGNAL = Native.plain("signal", POINTER, INT, POINTER);
    private static final MethodHandle RAISE = Native.plain("raise", INT, INT);
    private static final MethodHandle LIMIT = Native.withErrno("setrlimit", INT, INT, POINTER);

    private Termination() {}

    /** Ends it with an exit status, of which the parent sees the lower 8 bits. */
    public static void exit(int status) {
        Runtime.getRuntime().halt(status & 0xff);
    }

    /**
     * Has a signal end it: its default action is restored, it is unblocked here and sent to this process. A signal
     * whose default action ends nothing leaves the process to SIGKILL.
     */
    public static void bySignal(int signal) {
        noCore();
        if (signal != Signals.SIGKILL && signal != Signals.SIGSTOP) {
            byDefault(signal);
        }
        // To this thread: it does not come back, whereas another one that was told would leave it time to go on.
        raise(signal);
        raise(Signals.SIGKILL);
    }

    /**
     * Has a signal such as SIGTSTP stop it as its default action does, which may be not at all: the kernel stops no process whose
     * group nobody could continue. Returns when it goes on.
     */
    public static void stopBy(int signal) {
        byDefault(signal);
        raise(signal);
        Signals.block(signal);
    }

    /** Restores its default action and unblocks it here. */
    private static void byDefault(int signal) {
        try {
            MemorySegment before = (MemorySegment) SIGNAL.invokeExact(signal, MemorySegment.NULL);
            assert before != null;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        Signals.unblock(signal);
    }

    private static void raise(int signal) {
        try {
            int ignored = (int) RAISE.invokeExact(signal);
            assert ignored == 0;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    private static void noCore() {
        MemorySegment state = Native.state();
        MemorySegment none = Native.scratch(state, 0, 16).fill((byte) 0);
        try {
            int r = Native.result(state, (int) LIMIT.invokeExact(state, RLIMIT_CORE, none));
            Native.check(r, "setrlimit", "RLIMIT_CORE=0");
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}

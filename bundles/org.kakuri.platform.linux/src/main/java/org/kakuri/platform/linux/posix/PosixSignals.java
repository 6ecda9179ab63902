package org.kakuri.platform.linux.posix;

import static org.kakuri.platform.linux.posix.LibraryCalls.LONG;
import static org.kakuri.platform.linux.posix.LibraryCalls.RECORD_BYTES;

/** This program as a process and its signals, see signal(7). Results as {@link PosixLibrary}'s. */
public final class PosixSignals {

    private final LibraryCalls guest;

    PosixSignals(LibraryCalls guest) {
        this.guest = guest;
    }

    /**
     * A signal that was taken.
     *
     * @param signal its number
     * @param code how it was sent
     * @param pid sender or child
     * @param uid sender's user
     * @param value what sigqueue sent, or a child's status
     */
    public record Taken(int signal, int code, int pid, int uid, long value) {}

    /** What a program does for a signal. */
    @FunctionalInterface
    public interface Handler {
        void handle(Taken signal);
    }

    public int getpid() {
        return (int) guest.plain(PosixOp.GETPID);
    }

    public int getppid() {
        return (int) guest.plain(PosixOp.GETPPID);
    }

    public int kill(int pid, int signal) {
        return (int) guest.plain(PosixOp.KILL, pid, signal);
    }

    public int sigqueue(int pid, int signal, long value) {
        return (int) guest.plain(PosixOp.SIGQUEUE, pid, signal, value);
    }

    /** Installs a handler; {@code mask} is masked while it runs, and the signal itself. */
    public int sigaction(int signal, Handler handler, int flags, long mask) {
        guest.handle(signal, handler, flags);
        return (int) guest.plain(PosixOp.SIGACTION, signal, 2, flags, mask);
    }

    public int ignore(int signal) {
        guest.forget(signal);
        return (int) guest.plain(PosixOp.SIGACTION, signal, 1, 0, 0);
    }

    public int defaultAction(int signal) {
        guest.forget(signal);
        return (int) guest.plain(PosixOp.SIGACTION, signal, 0, 0, 0);
    }

    /** What holds for a signal: 0 its default action, 1 it is ignored, 2 a handler; a program inherits the first two. */
    public int disposition(int signal) {
        return (int) guest.plain(PosixOp.SIGACTION, signal, -1, 0, 0);
    }

    /** The bit of a signal in a mask. */
    public static long mask(int signal) {
        return 1L << signal - 1;
    }

    /** Changes the mask; {@code old}, if not null, gets the one before. */
    public int sigprocmask(int how, long set, long[] old) {
        long result = guest.call(PosixOp.SIGPROCMASK, 0, how, set, 8);
        if (result == 0 && old != null) {
            old[0] = guest.data().get(LONG, 0);
        }
        guest.safepoint();
        return (int) result;
    }

    /** Masked signals that are pending. */
    public long sigpending() {
        return guest.call(PosixOp.SIGPENDING, 0, 8) == 0 ? guest.data().get(LONG, 0) : 0;
    }

    /** Waits for one of the signals; its number is negative when there was none: -EAGAIN, -EINTR. */
    public Taken sigtimedwait(long set, long nanos) {
        long result = guest.call(PosixOp.SIGTIMEDWAIT, 0, set, nanos, RECORD_BYTES);
        Taken taken = result < 0 ? new Taken((int) result, 0, 0, 0, 0) : guest.taken();
        guest.safepoint();
        return taken;
    }

    public int sigsuspend(long mask) {
        long result = guest.call(PosixOp.SIGSUSPEND, 0, mask);
        guest.safepoint();
        return (int) result;
    }
}

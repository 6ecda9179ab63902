package org.kakuri.platform.linux.posix;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * This process as a guest's own: its pid, its signals, its timers and its children. Granted to a guest whose shadow
 * this process is, and to nobody else: the guest can do what this process may. The thread that makes it executes the calls.
 */
public final class ProcessIdentity implements AutoCloseable {

    private final GuestSignals signals;
    private final GuestTimers timers = new GuestTimers();
    private final GuestChildren children = new GuestChildren();

    private ProcessIdentity(GuestSignals signals) {
        this.signals = signals;
    }

    /** Takes this process's signals over; it was started as {@link GuestSignals#prepare} says. None is masked or ignored. */
    public static ProcessIdentity take() {
        return take(0, 0);
    }

    /**
     * Takes this process's signals over; it was started as {@link GuestSignals#prepare} says.
     *
     * @param masked signals the guest masks from the beginning, bit {@code signal - 1}
     * @param ignored signals it ignores from the beginning
     */
    public static ProcessIdentity take(long masked, long ignored) {
        return new ProcessIdentity(GuestSignals.start(masked, ignored));
    }

    /** Gives the guest what it inherits, as {@link #take(long, long)} does; before its first call. */
    public void inherit(long masked, long ignored) {
        signals.inherit(masked, ignored);
    }

    GuestSignals signals() {
        return signals;
    }

    GuestTimers timers() {
        return timers;
    }

    GuestChildren children() {
        return children;
    }

    /** waitpid(2). A child's SIGCHLD is there before its status (the kernel sends it first), so its handler runs first. */
    int awaitChild(int pid, int options, MemorySegment out) {
        int found = children.await(pid, options, out);
        if (found > 0) {
            signals.catchUp();
        }
        return found;
    }

    /** Kills children that were not waited for, gives everything back. After the last call. */
    @Override
    public void close() {
        List.<AutoCloseable>of(children, timers, signals).forEach(part -> {
            try {
                part.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }
}

package org.kakuri.runtime.libos.trace;

import java.util.Optional;
import java.util.function.Consumer;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.ResourceUsage;

/**
 * Decides what becomes of the system calls of a tree of processes. Every method is called on the tracer's thread, while
 * the tracee it is about is stopped; other tracees run meanwhile.
 */
public interface Supervisor {
    /**
     * A thread is about to make a system call. With a {@link CallFilter} only those that it wants traced.
     *
     * @return what becomes of it
     */
    Decision enter(Tracee tracee, TraceeCall call);

    /**
     * A thread has made a system call, or it was answered. Only without a {@link CallFilter}; calls that do not return are not seen
     * here.
     *
     * @param result result, or {@code -errno}
     */
    void leave(Tracee tracee, TraceeCall call, long result);

    /**
     * A thread's call is to be made as it is. Only without a {@link CallFilter}.
     *
     * @return whether it begins now; else the thread stays stopped until {@link #admitted} returns it
     */
    default boolean mayBegin(Tracee tracee, TraceeCall call) {
        return true;
    }

    /** Returns a thread that was held and whose call begins now; asked until it returns none, after everything that happened. */
    default Optional<Tracee> admitted() {
        return Optional.empty();
    }

    /** Returns whether a thread is held. While that is so, {@link #idle} is called when nothing happens. */
    default boolean holds() {
        return false;
    }

    /** A thread is held, and nothing has happened for some time. */
    default void idle() {}

    /** A thread has ended. */
    default void gone(Tracee tracee) {}

    /** A process has begun to execute a program, of which nothing has run yet. */
    void executed(Tracee tracee);

    /**
     * A program is about to run its first instruction. Only in fidelity mode.
     *
     * @param injection lets the process do something before that
     */
    default void begins(Tracee tracee, Consumer<Launch.Preparation> injection) {}

    /** A thread has made another thread, or a process, which has run nothing yet; the maker may run on. */
    void started(Tracee parent, Tracee child, Birth birth);

    /**
     * A process has ended.
     *
     * @param usage what it used, with the children it has waited for
     */
    void ended(TracedProcess process, ExitStatus status, ResourceUsage usage);

    /** How threads and processes come to be. */
    enum Birth {
        /** A thread of the same process. */
        THREAD,
        /** A process with a copy of the memory. */
        FORK,
        /** A process that borrows the memory until it executes a program (vfork, posix_spawn). */
        VFORK
    }
}

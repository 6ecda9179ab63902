package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.LONG;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * ptrace(2) on x86-64. Linux binds a tracee to the <em>thread</em> that seized it: {@link #spawn}, {@link #seize},
 * {@link #await} and every request must come from the same platform thread, and when that thread ends its tracees are
 * killed if they were seized with {@link #EXITKILL}. Methods return {@code -errno}; ESRCH means that the tracee is not
 * stopped any more, usually because it was killed.
 */
public final class Ptrace {
    /** Option: system call stops carry 0x80 in their signal. */
    public static final int SYSGOOD = 1;
    /** Option: report fork, and attach to the child. */
    public static final int FORK = 2;
    /** Option: report vfork, and attach to the child. */
    public static final int VFORK = 4;
    /** Option: report clone, and attach to the child. */
    public static final int CLONE = 8;
    /** Option: report execve. */
    public static final int EXEC = 0x10;
    /** Option: report calls for which a seccomp filter returns SECCOMP_RET_TRACE. */
    public static final int SECCOMP = 0x80;
    /** Option: kill the tracee when the tracer goes. */
    public static final int EXITKILL = 0x100000;

    /** Stop signal of a system call stop. */
    public static final int SYSCALL_STOP = 0x85;
    /** Event of a stop: a child by fork. */
    public static final int EVENT_FORK = 1;
    /** Event of a stop: a child by vfork. */
    public static final int EVENT_VFORK = 2;
    /** Event of a stop: a child by clone. */
    public static final int EVENT_CLONE = 3;
    /** Event of a stop: execve succeeded. */
    public static final int EVENT_EXEC = 4;
    /** Event of a stop: a seccomp filter wants the call it is about to make to be traced. */
    public static final int EVENT_SECCOMP = 7;
    /** Event of a stop: attached, interrupted, or stopped by job control. */
    public static final int EVENT_STOP = 128;

    /** Bytes of {@code struct ptrace_syscall_info}, see {@link TracedCall}. */
    static final long INFO_BYTES = 88;

    private static final long CONT = 7;
    private static final long GETREGS = 12;
    private static final long SETREGS = 13;
    private static final long DETACH = 17;
    private static final long SYSCALL = 24;
    private static final long GETEVENTMSG = 0x4201;
    private static final long SEIZE = 0x4206;
    private static final long LISTEN = 0x4208;
    private static final long GET_SYSCALL_INFO = 0x420e;
    private static final int WNOHANG = 1;
    private static final int WUNTRACED = 2;
    private static final int WNOTHREAD = 0x20000000;
    private static final int WALL = 0x40000000;

    private static final MethodHandle PTRACE = Native.variadic("ptrace", 1, LONG, LONG, INT, LONG, LONG);
    private static final long USAGE_AT = 64;
    private static final MethodHandle WAIT4 = Native.withErrno("wait4", INT, INT, POINTER, INT, POINTER);

    private Ptrace() {}

    /**
     * Starts a program as a child of the calling thread, which alone can wait for it, by {@link #await}. Until it is
     * seized the guardian of this JVM knows it; afterwards the kernel kills it with the tracer.
     *
     * @return its pid
     */
    public static int spawn(Spawn spawn) {
        try (Guardian guardian = Guardian.prepare()) {
            int pid = new SpawnCall(spawn).run();
            guardian.started(pid);
            return pid;
        }
    }

    /** Attaches to a process without stopping it; its guardian needs not know it any more. */
    public static int seize(int pid, int options) {
        int r = (int) request(SEIZE, pid, 0, options);
        if (r == 0 && (options & EXITKILL) != 0) {
            Guardian.aboutToReap(pid);
        }
        return r;
    }

    /** Lets a stopped tracee run on, to its next signal or event. */
    public static int resume(int pid, int signal) {
        return (int) request(CONT, pid, 0, signal);
    }

    /** Lets a stopped tracee run on, to the next border of a system call too. */
    public static int resumeToCall(int pid, int signal) {
        return (int) request(SYSCALL, pid, 0, signal);
    }

    /** Leaves a tracee stopped by job control, but lets it be continued. */
    public static int listen(int pid) {
        return (int) request(LISTEN, pid, 0, 0);
    }

    /** Lets a stopped tracee go for good. */
    public static int detach(int pid) {
        return (int) request(DETACH, pid, 0, 0);
    }

    /** Reads all registers. */
    public static int registers(int pid, UserRegisters to) {
        return (int) request(GETREGS, pid, 0, to.segment().address());
    }

    /** Writes all registers. */
    public static int setRegisters(int pid, UserRegisters from) {
        return (int) request(SETREGS, pid, 0, from.segment().address());
    }

    /** Reads what a system call stop is about: number and arguments at its entry, the result at its exit. */
    public static int systemCall(int pid, TracedCall to) {
        return (int) request(GET_SYSCALL_INFO, pid, INFO_BYTES, to.segment().address());
    }

    /** The message of an event: the child's pid, or the thread that called execve. */
    public static long eventMessage(int pid) {
        MemorySegment state = Native.state();
        MemorySegment message = Native.scratch(state, 0, Long.BYTES);
        message.set(LONG, 0, 0);
        long r = request(GETEVENTMSG, pid, 0, message.address());
        return r < 0 ? r : message.get(LONG, 0);
    }

    private static long request(long request, int pid, long address, long data) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (long) PTRACE.invokeExact(state, request, pid, address, data));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * Waits for a child or tracee of the calling thread; other children of the JVM are not disturbed. Not to be ended
     * but by something that happens to one of them: kill it.
     *
     * @param pid which one, or -1 for any
     *
     * @return the pid in the upper half and the status word in the lower; {@code -errno}, ECHILD if there is none
     */
    public static long await(int pid) {
        return wait(pid, WALL | WNOTHREAD);
    }

    /** Like {@link #await} for a child that is not traced yet: returns when it has stopped itself or ended. */
    public static long awaitStop(int pid) {
        return wait(pid, WUNTRACED);
    }

    /** Like {@link #await}; 0 if there is nothing to report yet. */
    public static long look(int pid) {
        return wait(pid, WALL | WNOTHREAD | WNOHANG);
    }

    private static long wait(int pid, int options) {
        MemorySegment state = Native.state();
        MemorySegment status = Native.scratch(state, 0, Integer.BYTES);
        MemorySegment usage = Native.scratch(state, USAGE_AT, ResourceUsage.BYTES);
        try {
            int r;
            do {
                r = Native.result(state, (int) WAIT4.invokeExact(state, pid, status, options, usage));
            } while (r == -Errno.EINTR);
            return r <= 0 ? r : (long) r << 32 | status.get(INT, 0) & 0xffffffffL;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * What the process that {@link #await} has just reported as ended used; to be asked before anything else of this
     * thread.
     */
    public static ResourceUsage usage() {
        return ResourceUsage.decode(Native.scratch(Native.state(), USAGE_AT, ResourceUsage.BYTES));
    }

    /** Whether the status word says that the process ended. */
    public static boolean ended(int status) {
        return (status & 0xff) != 0x7f;
    }

    /** The signal that a stop is about. */
    public static int stopSignal(int status) {
        return status >> 8 & 0xff;
    }

    /** The event that a stop is about, 0 for none. */
    public static int stopEvent(int status) {
        return status >>> 16;
    }

    /** How the process ended, if {@link #ended}. */
    public static ExitStatus exitStatus(int status) {
        return ExitStatus.decode(status);
    }
}

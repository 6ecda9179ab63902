package org.kakuri.platform.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A child started by {@link Spawn}. Only this pid is ever waited for, so other children of the JVM are not disturbed. Any
 * thread may use it. To wait for its end and for something else, poll {@link #pidFd}.
 */
public final class ChildProcess implements AutoCloseable {

    private static final int WNOHANG = 1;
    private static final int WUNTRACED = 2;
    private static final int WEXITED = 4;
    private static final int WCONTINUED = 8;
    private static final int WNOWAIT = 0x1000000;
    private static final long SI_PID_AT = 16;
    private static final long STATUS_AT = 0;
    private static final long USAGE_AT = 64;
    private static final MethodHandle WAIT4 = Native.withErrno("wait4", Native.INT, Native.INT, Native.POINTER,
            Native.INT, Native.POINTER);
    private static final MethodHandle WAITID = Native.withErrno("waitid", Native.INT, Native.INT, Native.INT,
            Native.POINTER, Native.INT);

    private final PidFd pidFd;
    private final String path;
    private final boolean leadsGroup;
    private final ReentrantLock reaping = new ReentrantLock();
    private volatile Ended ended;

    private record Ended(ExitStatus status, ResourceUsage usage) {}

    private ChildProcess(PidFd pidFd, String path, boolean leadsGroup) {
        this.pidFd = pidFd;
        this.path = path;
        this.leadsGroup = leadsGroup;
    }

    static ChildProcess of(int pid, String path, boolean leadsGroup) {
        try {
            return new ChildProcess(PidFd.open(pid), path, leadsGroup);
        } catch (NativeException noDescriptor) {
            Signals.killRaw(pid, Signals.SIGKILL);
            wait4(pid, 0);
            throw noDescriptor;
        }
    }

    public int pid() {
        return pidFd.pid();
    }

    /** Readable when the child has ended; owned by this object. */
    public PidFd pidFd() {
        return pidFd;
    }

    /** Whether it has not ended yet. */
    public boolean alive() {
        return ended == null && waitFor(Duration.ZERO).isEmpty();
    }

    /** Waits until it has ended; empty on timeout. Reaps it, so that no zombie is left. */
    public Optional<ExitStatus> waitFor(Duration timeout) {
        if (ended == null) {
            if (!pidFd.awaitEnd(timeout)) {
                return Optional.empty();
            }
            reap();
        }
        return Optional.of(ended.status());
    }

    /** Waits for ever. */
    public ExitStatus waitFor() {
        return waitFor(Duration.ofSeconds(Long.MAX_VALUE)).orElseThrow();
    }

    /** What the child and its own reaped children used; empty until {@link #waitFor} has seen its end. */
    public Optional<ResourceUsage> usage() {
        return Optional.ofNullable(ended).map(Ended::usage);
    }

    /** Sends a signal to the child alone; false when it has ended. */
    public boolean signal(int signal) {
        reaping.lock();
        try {
            if (ended != null) {
                return false;
            }
            int r = pidFd.sendSignalRaw(signal);
            if (r == -Errno.ESRCH) {
                return false;
            }
            Native.check(r, "pidfd_send_signal", "pid=" + pid() + ", signal=" + Signals.name(signal));
            return true;
        } finally {
            reaping.unlock();
        }
    }

    /** Sends a signal to the process group the child leads; false when the child was reaped or leads none. */
    public boolean signalGroup(int signal) {
        reaping.lock();
        try {
            return leadsGroup && ended == null && Signals.killRaw(-pid(), signal) == 0;
        } finally {
            reaping.unlock();
        }
    }

    /** Kills it (and its group, if it leads one) unless it was reaped, waits for its end, closes its descriptor. */
    @Override
    public void close() {
        if (ended == null) {
            if (!signalGroup(Signals.SIGKILL)) {
                signal(Signals.SIGKILL);
            }
            waitFor();
        }
        pidFd.close();
    }

    private void reap() {
        reaping.lock();
        try {
            if (ended != null) {
                return;
            }
            Guardian.aboutToReap(pid());
            int r = wait4(pid(), WNOHANG);
            Native.check(r, "wait4", "pid=" + pid() + ", path=" + path);
            MemorySegment state = Native.state();
            ended = new Ended(ExitStatus.decode(Native.scratch(state, STATUS_AT, 4).get(Native.INT, 0)),
                    ResourceUsage.decode(Native.scratch(state, USAGE_AT, ResourceUsage.BYTES)));
        } finally {
            reaping.unlock();
        }
    }

    /** wait4(2) into the thread's scratch memory: the pid, 0 when it has not ended, or {@code -errno}. */
    private static int wait4(int pid, int options) {
        MemorySegment state = Native.state();
        MemorySegment status = Native.scratch(state, STATUS_AT, 4);
        MemorySegment usage = Native.scratch(state, USAGE_AT, ResourceUsage.BYTES);
        try {
            int r;
            do {
                r = Native.result(state, (int) WAIT4.invokeExact(state, pid, status, options, usage));
            } while (r == -Errno.EINTR);
            return r;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * wait4(2) for a child of this process that need not be known here: its pid, 0 with WNOHANG when none has ended, or
     * {@code -errno}, also EINTR. -1 means any child: only for processes all whose children are the caller's.
     */
    public static int awaitRaw(int pid, int options, MemorySegment status) {
        return (int) Native.call(s -> {
            MemorySegment info = Native.scratch(s, 0, 128);
            info.fill((byte) 0);
            int kind = pid == -1 ? 0 : 1;
            int waitable = WEXITED | WNOWAIT | options & WNOHANG | (options & WUNTRACED) | (options & WCONTINUED);
            int r = (int) WAITID.invokeExact(s, kind, Math.max(0, pid), info, waitable);
            int found = info.get(Native.INT, SI_PID_AT);
            if (r < 0 || found == 0) {
                return r;
            }
            Guardian.aboutToReap(found);
            int reaped = Native.result(s,
                    (int) WAIT4.invokeExact(s, found, status, options | WNOHANG, MemorySegment.NULL));
            if (reaped < 0) {
                throw new NativeException("wait4", "pid=" + found, -reaped);
            }
            return reaped;
        });
    }

    @Override
    public String toString() {
        Ended e = ended;
        return "child " + pid() + " (" + path + ")" + (e == null ? "" : " " + e.status());
    }
}

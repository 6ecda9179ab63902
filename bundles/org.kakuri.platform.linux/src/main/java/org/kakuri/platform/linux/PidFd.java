package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.LONG;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;

/**
 * A process by descriptor: unlike a pid it can never come to mean another process. Readable when the process has ended.
 */
public final class PidFd implements AutoCloseable {

    private static final MethodHandle OPEN = Native.syscall(INT, INT);
    private static final MethodHandle GETFD = Native.syscall(INT, INT, INT);
    private static final MethodHandle SEND_SIGNAL = Native.syscall(INT, INT, POINTER, INT);

    private final int pid;
    private final Fd fd;

    private PidFd(int pid, Fd fd) {
        this.pid = pid;
        this.fd = fd;
    }

    /** Opens a process that exists; to be sure it is the one meant, it must be a child not yet waited for. */
    public static PidFd open(int pid) {
        MemorySegment state = Native.state();
        try {
            long r = Native.result(state, (long) OPEN.invokeExact(state, SystemCalls.PIDFD_OPEN, pid, 0));
            return new PidFd(pid, Fd.own((int) Native.check(r, "pidfd_open", "pid=" + pid)));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Duplicates somebody else's pidfd. */
    public static PidFd copyOf(Fd pidFd) {
        Fd copy = pidFd.dup();
        String pid = ProcFs.descriptorInfo(copy.number()).get("Pid");
        if (pid == null) {
            copy.close();
            throw new NativeException("pidfd", "fd=" + pidFd.number() + " refers to no process", Errno.EBADF);
        }
        return new PidFd(Integer.parseInt(pid), copy);
    }

    /** The pid it was opened with, or -1 if that process had been waited for. */
    public int pid() {
        return pid;
    }

    /** The descriptor, to poll for the process's end. */
    public Fd fd() {
        return fd;
    }

    /** Copies descriptor {@code number} of that process into this one; needs the right to ptrace it. */
    public Fd getFd(int number) {
        int held = fd.acquire();
        MemorySegment state = Native.state();
        try {
            long r = Native.result(state, (long) GETFD.invokeExact(state, SystemCalls.PIDFD_GETFD, held, number, 0));
            return Fd.own((int) Native.check(r, "pidfd_getfd", "pid=" + pid + ", fd=" + number));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        } finally {
            fd.release();
        }
    }

    /** Sends a signal; ESRCH when the process was waited for. */
    public void sendSignal(int signal) {
        Native.check(sendSignalRaw(signal), "pidfd_send_signal", "pid=" + pid + ", signal=" + Signals.name(signal));
    }

    /** Sends a signal: 0 or {@code -errno}. */
    public int sendSignalRaw(int signal) {
        int held = fd.acquire();
        MemorySegment state = Native.state();
        try {
            return (int) Native.result(state, (long) SEND_SIGNAL.invokeExact(state, SystemCalls.PIDFD_SEND_SIGNAL, held,
                    signal, MemorySegment.NULL, 0));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        } finally {
            fd.release();
        }
    }

    /** Whether the process has ended (a zombie has). */
    public boolean hasEnded() {
        return awaitEnd(Duration.ZERO);
    }

    /** Waits until the process has ended; false on timeout. */
    public boolean awaitEnd(Duration timeout) {
        PollSet set = new PollSet(1);
        set.add(fd, PollSet.IN);
        return set.poll(Times.millis(timeout)) > 0;
    }

    @Override
    public void close() {
        fd.close();
    }

    @Override
    public String toString() {
        return "pidfd of " + pid;
    }
}

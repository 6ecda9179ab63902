package org.kakuri.platform.linux.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.SocketCalls;
import org.kakuri.platform.linux.WakeFd;

/**
 * Executes the calls in this process. The guest may use what it was lent or given and what it opened; what it opened or was
 * given is closed with this object. Any number of threads.
 * <p>
 * What is here may block: signals and wakes end it, and names and identity are granted here. The rest is {@link DescriptorCalls}.
 */
public final class LocalPosix extends DescriptorCalls {

    private final WakeFd wake;
    private ProcessIdentity identity;
    private GuestSemaphores semaphores;
    private volatile GuestSignals signals;

    /** Blocking reads end only when their peer does something. */
    public LocalPosix() {
        this.wake = null;
    }

    /**
     * Reads end with {@code -ECANCELED} when {@code wake} is woken, at the price of one poll before each.
     *
     * @param wake stays the caller's
     */
    public LocalPosix(WakeFd wake) {
        this.wake = Objects.requireNonNull(wake);
    }

    /** Lets the guest use a descriptor that the caller goes on owning; the guest's close only gives it back. */
    public LocalPosix lend(int fd) {
        table().lend(fd);
        return this;
    }

    /** Gives the guest a descriptor: the guest's close, or that of this object, closes it. */
    public LocalPosix give(int fd) {
        table().own(fd);
        return this;
    }

    /** Grants names of the system: sockets, queues, shared memory, files by path, as far as this process may reach them. */
    public LocalPosix names() {
        this.semaphores = new GuestSemaphores();
        return this;
    }

    /**
     * Grants this process's identity: rows of {@link PosixOp} that need it give {@code -EPERM} without. Before the first call;
     * the thread that took the identity is the only one to call then.
     *
     * @param granted stays the caller's
     */
    public LocalPosix identity(ProcessIdentity granted) {
        this.identity = granted;
        this.signals = granted.signals();
        return names();
    }

    /** Says what is to be done, by any thread, when {@link #signalled} may have changed. */
    public void onSignal(Runnable callback) {
        signals.onChange(callback);
    }

    /** How many descriptors would be closed with this object. */
    public int owned() {
        return table().owned();
    }

    @Override
    public long read(int fd, MemorySegment buffer, long offset, long length) {
        if (denied(fd)) {
            return -Errno.EBADF;
        }
        if (signals != null) {
            return readSignalled(fd, buffer, offset, length);
        }
        return wake != null && cancelled(fd) ? -Errno.ECANCELED : FdIo.readRaw(fd, buffer, offset, length);
    }

    private long readSignalled(int fd, MemorySegment buffer, long offset, long length) {
        signals.enter();
        return leave(FdIo.readRaw(fd, buffer, offset, length));
    }

    private long writeSignalled(int fd, MemorySegment buffer, long offset, long length) {
        signals.enter();
        return leave(FdIo.writeRaw(fd, buffer, offset, length));
    }

    private void enter() {
        if (signals != null) {
            signals.enter();
        }
    }

    private long leaveQuietly(long result) {
        if (signals != null) {
            signals.leave();
        }
        return result;
    }

    private long leave(long result) {
        if (signals != null) {
            signals.leave();
            if (result == -Errno.EPIPE) {
                signals.brokenPipe();
            }
        }
        return result;
    }

    private boolean cancelled(int fd) {
        PollSet set = new PollSet(2);
        set.add(fd, PollSet.IN);
        int index = set.add(wake.fd(), PollSet.IN);
        set.poll(-1);
        return set.ready(index) != 0;
    }

    @Override
    public long write(int fd, MemorySegment buffer, long offset, long length) {
        if (denied(fd)) {
            return -Errno.EBADF;
        }
        return signals != null ? writeSignalled(fd, buffer, offset, length)
                : FdIo.writeRaw(fd, buffer, offset, length);
    }

    @Override
    public long writeThenRead(int writeFd, int readFd, MemorySegment out, long outOffset, long outLength,
            MemorySegment in, long inOffset, long inLength) {
        if (denied(writeFd) || denied(readFd)) {
            return -Errno.EBADF;
        }
        long done = 0;
        while (done < outLength) {
            long n = signals != null ? writeSignalled(writeFd, out, outOffset + done, outLength - done)
                    : FdIo.writeRaw(writeFd, out, outOffset + done, outLength - done);
            if (n < 0 && n != -Errno.EINTR) {
                return n;
            }
            done += Math.max(0, n);
        }
        return read(readFd, in, inOffset, inLength);
    }

    @Override
    public int poll(MemorySegment entries, long offset, long length, int timeoutMillis) {
        enter();
        return (int) leave(GuestPoll.poll(table(), wake, entries, offset, length, timeoutMillis));
    }

    @Override
    public int accept(int fd, int flags) {
        if (denied(fd)) {
            return -Errno.EBADF;
        }
        if ((flags & ~OpenFlags.O_NONBLOCK) != 0) {
            return -Errno.EINVAL;
        }
        enter();
        return owned((int) leave(SocketCalls.acceptRaw(fd, flags)));
    }

    @Override
    public int shutdown(int fd, int how) {
        return denied(fd) ? -Errno.EBADF : SocketCalls.shutdownRaw(fd, how);
    }

    @Override
    public long call(PosixOp op, long[] slots, MemorySegment data, long length) {
        PosixOp.Arguments a = new PosixOp.Arguments();
        if (!op.generic() || !a.take(op, slots, length, data)) {
            return -Errno.EINVAL;
        }
        for (int slot : op.fdSlots()) {
            if (denied(a.fd(slot))) {
                return -Errno.EBADF;
            }
        }
        boolean granted = switch (op.needs()) {
        case NOTHING -> true;
        case NAMES -> semaphores != null;
        case IDENTITY -> identity != null;
        };
        if (!granted) {
            return -Errno.EPERM;
        }
        return call(op, a);
    }

    private long call(PosixOp op, PosixOp.Arguments a) {
        if (op.result() == PosixOp.Result.TWO_FDS) {
            return pair(op, a);
        }
        if (op == PosixOp.SPAWN) {
            return identity.children().spawn(a.copy(0), table()::allows);
        }
        if (LocalCalls.isSignalCall(op)) {
            return LocalCalls.of(op).run(this, a);
        }
        enter();
        long result = LocalCalls.of(op).run(this, a);
        boolean quiet = (op == PosixOp.SEND || op == PosixOp.SENDTO)
                && (a.integer(2) & SocketCalls.MSG_NOSIGNAL) != 0;
        result = quiet ? leaveQuietly(result) : leave(result);
        return op.result() == PosixOp.Result.FD ? owned((int) result) : result;
    }

    /** The numbers come by private memory: in shared memory a hostile guest could make them those of any descriptor. */
    private long pair(PosixOp op, PosixOp.Arguments a) {
        MemorySegment out = a.out();
        if (out.byteSize() != 2 * Integer.BYTES) {
            return -Errno.EINVAL;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment made = arena.allocate(2 * Integer.BYTES, Integer.BYTES);
            int result = op == PosixOp.PIPE ? LocalCalls.pipe(a, made) : LocalCalls.socketpair(a, made);
            if (result < 0) {
                return result;
            }
            int first = owned(made.get(ValueLayout.JAVA_INT, 0));
            int second = owned(made.get(ValueLayout.JAVA_INT, Integer.BYTES));
            MemorySegment.copy(made, 0, out, 0, made.byteSize());
            return Math.min(0, Math.min(first, second));
        }
    }

    /** Ends a wait for signals that is no call of the kernel's, and all later ones; other calls end by their thread's gate. Any thread. */
    public void cancel() {
        GuestSignals granted = signals;
        if (granted != null) {
            granted.cancel();
        }
    }

    ProcessIdentity identity() {
        return identity;
    }

    GuestSemaphores semaphores() {
        return semaphores;
    }

    @Override
    public boolean signalled() {
        return signals != null && signals.deliverable();
    }

    /** Closes what the guest opened or was given; calls after that give {@code -EBADF}. Running calls are not waited for. */
    @Override
    public void close() {
        if (semaphores != null) {
            semaphores.close();
        }
        super.close();
    }
}

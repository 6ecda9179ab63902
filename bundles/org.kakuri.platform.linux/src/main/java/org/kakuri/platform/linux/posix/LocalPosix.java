package org.kakuri.platform.linux.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.kakuri.platform.linux.DirectoryEntry;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.FileStatus;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PathCalls;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.SocketCalls;
import org.kakuri.platform.linux.WakeFd;

/**
 * Executes the calls in this process. The guest may use what it was lent or given and what it opened; what it opened or was
 * given is closed with this object. Any number of threads.
 * <p>
 * Paths start at a directory the guest holds and cannot leave it: {@code ..}, absolute paths and symbolic links out of it
 * give {@code -EXDEV}, or {@code -EINVAL} where {@code .} or {@code ..} is the last component of a name to make or remove.
 */
public final class LocalPosix implements PosixCalls, AutoCloseable {

    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;

    private final DescriptorTable table = new DescriptorTable();
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
        table.lend(fd);
        return this;
    }

    /** Gives the guest a descriptor: the guest's close, or that of this object, closes it. */
    public LocalPosix give(int fd) {
        table.own(fd);
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
        return table.owned();
    }

    private boolean denied(int fd) {
        return !table.allows(fd);
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
    public long pread(int fd, MemorySegment buffer, long offset, long length, long position) {
        return denied(fd) ? -Errno.EBADF : FdIo.preadRaw(fd, buffer, offset, length, position);
    }

    @Override
    public long pwrite(int fd, MemorySegment buffer, long offset, long length, long position) {
        return denied(fd) ? -Errno.EBADF : FdIo.pwriteRaw(fd, buffer, offset, length, position);
    }

    @Override
    public int openat(int directory, String path, int flags, int mode) {
        return denied(directory) ? -Errno.EBADF : owned(PathCalls.openBeneathRaw(directory, path, flags, mode));
    }

    private int owned(int fd) {
        return fd >= 0 && !table.own(fd) ? -Errno.ECANCELED : fd;
    }

    @Override
    public int close(int fd) {
        return switch (table.remove(fd)) {
        case 1 -> Fd.closeRaw(fd);
        case 0 -> 0;
        default -> -Errno.EBADF;
        };
    }

    @Override
    public long lseek(int fd, long offset, int whence) {
        return denied(fd) ? -Errno.EBADF : FdIo.lseekRaw(fd, offset, whence);
    }

    @Override
    public int fstat(int fd, MemorySegment buffer, long offset, long length) {
        if (denied(fd)) {
            return -Errno.EBADF;
        }
        return length < FileStatus.BYTES ? -Errno.EINVAL : FileStatus.fstatRaw(fd, buffer, offset);
    }

    @Override
    public int fstatat(int directory, String path, int flags, MemorySegment buffer, long offset, long length) {
        if (denied(directory)) {
            return -Errno.EBADF;
        }
        if (length < FileStatus.BYTES || (flags & ~PathCalls.AT_SYMLINK_NOFOLLOW) != 0) {
            return -Errno.EINVAL;
        }
        return BeneathPaths.stat(directory, path, flags != 0, buffer, offset);
    }

    @Override
    public int fsync(int fd) {
        return denied(fd) ? -Errno.EBADF : FdIo.fsyncRaw(fd);
    }

    @Override
    public int fdatasync(int fd) {
        return denied(fd) ? -Errno.EBADF : FdIo.fdatasyncRaw(fd);
    }

    @Override
    public int ftruncate(int fd, long size) {
        return denied(fd) ? -Errno.EBADF : FdIo.ftruncateRaw(fd, size);
    }

    @Override
    public long getdents64(int fd, MemorySegment buffer, long offset, long length) {
        return denied(fd) ? -Errno.EBADF : DirectoryEntry.getdents64Raw(fd, buffer, offset, length);
    }

    @Override
    public int mkdirat(int directory, String path, int mode) {
        return denied(directory)
                ? -Errno.EBADF
                : (int) BeneathPaths.inParent(directory, path,
                        (parent, name) -> PathCalls.mkdiratRaw(parent, name, mode));
    }

    @Override
    public int unlinkat(int directory, String path, int flags) {
        if (denied(directory)) {
            return -Errno.EBADF;
        }
        if (flags != PathCalls.AT_REMOVEDIR && BeneathPaths.meansDirectory(path)) {
            return -Errno.EISDIR;
        }
        return (int) BeneathPaths.inParent(directory, path,
                (parent, name) -> PathCalls.unlinkatRaw(parent, name, flags));
    }

    @Override
    public int renameat(int fromDirectory, String from, int toDirectory, String to) {
        return denied(fromDirectory) || denied(toDirectory)
                ? -Errno.EBADF
                : BeneathPaths.inParents(fromDirectory, from, toDirectory, to, PathCalls::renameatRaw);
    }

    @Override
    public long readlinkat(int directory, String path, MemorySegment buffer, long offset, long length) {
        if (denied(directory)) {
            return -Errno.EBADF;
        }
        return length <= 0 || BeneathPaths.meansDirectory(path)
                ? -Errno.EINVAL
                : BeneathPaths.inParent(directory, path,
                        (parent, name) -> PathCalls.readlinkatRaw(parent, name, buffer, offset, length));
    }

    @Override
    public int symlinkat(String target, int directory, String path) {
        if (denied(directory)) {
            return -Errno.EBADF;
        }
        return BeneathPaths.meansDirectory(path)
                ? -Errno.ENOENT
                : (int) BeneathPaths.inParent(directory, path,
                        (parent, name) -> PathCalls.symlinkatRaw(target, parent, name));
    }

    @Override
    public int linkat(int fromDirectory, String from, int toDirectory, String to) {
        if (denied(fromDirectory) || denied(toDirectory)) {
            return -Errno.EBADF;
        }
        return BeneathPaths.meansDirectory(from) || BeneathPaths.meansDirectory(to)
                ? -Errno.ENOENT
                : BeneathPaths.inParents(fromDirectory, from, toDirectory, to,
                        (a, fromName, b, toName) -> PathCalls.linkatRaw(a, fromName, b, toName, 0));
    }

    @Override
    public int utimensat(int directory, String path, long accessedNanos, long modifiedNanos, int flags) {
        if (denied(directory)) {
            return -Errno.EBADF;
        }
        if ((flags & ~PathCalls.AT_SYMLINK_NOFOLLOW) != 0) {
            return -Errno.EINVAL;
        }
        if (path.isEmpty()) {
            return PathCalls.utimensatRaw(directory, "", accessedNanos, modifiedNanos, PathCalls.AT_EMPTY_PATH);
        }
        return BeneathPaths.onTarget(directory, path, flags != 0,
                target -> PathCalls.utimensatRaw(target, "", accessedNanos, modifiedNanos, PathCalls.AT_EMPTY_PATH));
    }

    @Override
    public int fcntlGetFl(int fd) {
        return denied(fd) ? -Errno.EBADF : Fd.fcntlRaw(fd, F_GETFL, 0);
    }

    @Override
    public int fcntlSetFl(int fd, int flags) {
        return denied(fd) ? -Errno.EBADF : Fd.fcntlRaw(fd, F_SETFL, flags & ~OpenFlags.O_CLOEXEC);
    }

    @Override
    public int dup(int fd) {
        return denied(fd) ? -Errno.EBADF : owned(Fd.fcntlRaw(fd, F_DUPFD_CLOEXEC, 0));
    }

    @Override
    public int poll(MemorySegment entries, long offset, long length, int timeoutMillis) {
        enter();
        return (int) leave(GuestPoll.poll(table, wake, entries, offset, length, timeoutMillis));
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
            return identity.children().spawn(a.copy(0), table::allows);
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
        table.close();
    }
}

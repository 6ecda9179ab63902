package org.kakuri.runtime.wasm.internal.calls;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.FileStatus;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.WakeFd;
import org.kakuri.platform.linux.posix.LocalPosix;
import org.kakuri.platform.linux.posix.PosixCalls;

/**
 * Executes a guest's calls in this process so that none blocks longer than the guest may live: what can block waits for its
 * descriptor and for a wake at once, and gives {@code -ECANCELED} when woken. One thread.
 * <p>
 * Only pipes, sockets and terminals in blocking mode pay for that, by one poll each time. Their writes go out in pieces that
 * fit whenever poll says so, until all is written.
 */
public final class WakeablePosix implements PosixCalls, AutoCloseable {
    /** What a pipe takes without blocking once poll says that it takes something: PIPE_BUF. */
    private static final long PIECE = 4096;
    private static final long POLLFD_BYTES = 8;
    private static final int MOST_POLLED = 1024;

    private final LocalPosix calls = new LocalPosix();
    private final WakeFd wake;
    private final BitSet blocking = new BitSet();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment pair = arena.allocate(2 * POLLFD_BYTES, 8);
    private final MemorySegment table = arena.allocate(MOST_POLLED * POLLFD_BYTES, 8);
    private final MemorySegment status = arena.allocate(FileStatus.BYTES, 8);

    /** Ends blocking calls when {@code wake} is woken, which stays the caller's. */
    public WakeablePosix(WakeFd wake) {
        this.wake = wake;
        calls.lend(wake.fd().number());
    }

    /** Gives the guest a descriptor, which is closed with this object. */
    public void give(int fd) {
        calls.give(fd);
        look(fd);
    }

    /** Finds out whether calls on the descriptor can block. */
    private int look(int fd) {
        if (fd >= 0) {
            boolean file = calls.fstat(fd, status, 0, FileStatus.BYTES) == 0 && isFile(FileStatus.decode(status, 0));
            blocking.set(fd, !file && (calls.fcntlGetFl(fd) & OpenFlags.O_NONBLOCK) == 0);
        }
        return fd;
    }

    private static boolean isFile(FileStatus status) {
        return status.isRegular() || status.isDirectory();
    }

    /** Waits until a call would not block: 0, or {@code -ECANCELED}. */
    private int await(int fd, int events) {
        pair.set(ValueLayout.JAVA_INT, 0, fd);
        pair.set(ValueLayout.JAVA_SHORT, 4, (short) events);
        pair.set(ValueLayout.JAVA_INT, POLLFD_BYTES, wake.fd().number());
        pair.set(ValueLayout.JAVA_SHORT, POLLFD_BYTES + 4, (short) PollSet.IN);
        int ready;
        do {
            ready = PollSet.pollRaw(pair, 2, -1);
        } while (ready == -Errno.EINTR);
        if (ready < 0) {
            return ready;
        }
        return pair.get(ValueLayout.JAVA_SHORT, POLLFD_BYTES + 6) != 0 ? -Errno.ECANCELED : 0;
    }

    private boolean blocks(int fd) {
        return fd >= 0 && blocking.get(fd);
    }

    @Override
    public long read(int fd, MemorySegment buffer, long offset, long length) {
        int woken = blocks(fd) ? await(fd, PollSet.IN) : 0;
        return woken < 0 ? woken : calls.read(fd, buffer, offset, length);
    }

    @Override
    public long write(int fd, MemorySegment buffer, long offset, long length) {
        if (!blocks(fd)) {
            return calls.write(fd, buffer, offset, length);
        }
        long done = 0;
        long n;
        do {
            n = await(fd, PollSet.OUT);
            if (n == 0) {
                n = calls.write(fd, buffer, offset + done, Math.min(PIECE, length - done));
            }
            done += Math.max(0, n);
        } while (n > 0 && done < length);
        return done > 0 ? done : n;
    }

    @Override
    public long writeThenRead(int writeFd, int readFd, MemorySegment out, long outOffset, long outLength,
            MemorySegment in, long inOffset, long inLength) {
        long done = 0;
        while (done < outLength) {
            long n = write(writeFd, out, outOffset + done, outLength - done);
            if (n < 0 && n != -Errno.EINTR) {
                return n;
            }
            done += Math.max(0, n);
        }
        return read(readFd, in, inOffset, inLength);
    }

    @Override
    public int poll(MemorySegment entries, long offset, long length, int timeoutMillis) {
        if (length < 0 || length > table.byteSize() - POLLFD_BYTES) {
            return -Errno.EINVAL;
        }
        MemorySegment.copy(entries, offset, table, 0, length);
        table.set(ValueLayout.JAVA_INT, length, wake.fd().number());
        table.set(ValueLayout.JAVA_SHORT, length + 4, (short) PollSet.IN);
        table.set(ValueLayout.JAVA_SHORT, length + 6, (short) 0);
        int ready = calls.poll(table, 0, length + POLLFD_BYTES, timeoutMillis);
        if (ready > 0 && table.get(ValueLayout.JAVA_SHORT, length + 6) != 0) {
            return -Errno.ECANCELED;
        }
        if (ready >= 0) {
            MemorySegment.copy(table, 0, entries, offset, length);
        }
        return ready;
    }

    @Override
    public int accept(int fd, int flags) {
        int woken = blocks(fd) ? await(fd, PollSet.IN) : 0;
        return woken < 0 ? woken : look(calls.accept(fd, flags));
    }

    @Override
    public int openat(int directory, String path, int flags, int mode) {
        return look(calls.openat(directory, path, flags, mode));
    }

    @Override
    public int dup(int fd) {
        return look(calls.dup(fd));
    }

    @Override
    public int fcntlSetFl(int fd, int flags) {
        int result = calls.fcntlSetFl(fd, flags);
        look(result < 0 ? result : fd);
        return result;
    }

    @Override
    public long pread(int fd, MemorySegment buffer, long offset, long length, long position) {
        return calls.pread(fd, buffer, offset, length, position);
    }

    @Override
    public long pwrite(int fd, MemorySegment buffer, long offset, long length, long position) {
        return calls.pwrite(fd, buffer, offset, length, position);
    }

    @Override
    public int close(int fd) {
        return calls.close(fd);
    }

    @Override
    public long lseek(int fd, long offset, int whence) {
        return calls.lseek(fd, offset, whence);
    }

    @Override
    public int fstat(int fd, MemorySegment buffer, long offset, long length) {
        return calls.fstat(fd, buffer, offset, length);
    }

    @Override
    public int fstatat(int directory, String path, int flags, MemorySegment buffer, long offset, long length) {
        return calls.fstatat(directory, path, flags, buffer, offset, length);
    }

    @Override
    public int fsync(int fd) {
        return calls.fsync(fd);
    }

    @Override
    public int fdatasync(int fd) {
        return calls.fdatasync(fd);
    }

    @Override
    public int ftruncate(int fd, long size) {
        return calls.ftruncate(fd, size);
    }

    @Override
    public long getdents64(int fd, MemorySegment buffer, long offset, long length) {
        return calls.getdents64(fd, buffer, offset, length);
    }

    @Override
    public int mkdirat(int directory, String path, int mode) {
        return calls.mkdirat(directory, path, mode);
    }

    @Override
    public int unlinkat(int directory, String path, int flags) {
        return calls.unlinkat(directory, path, flags);
    }

    @Override
    public int renameat(int fromDirectory, String from, int toDirectory, String to) {
        return calls.renameat(fromDirectory, from, toDirectory, to);
    }

    @Override
    public long readlinkat(int directory, String path, MemorySegment buffer, long offset, long length) {
        return calls.readlinkat(directory, path, buffer, offset, length);
    }

    @Override
    public int symlinkat(String target, int directory, String path) {
        return calls.symlinkat(target, directory, path);
    }

    @Override
    public int linkat(int fromDirectory, String from, int toDirectory, String to) {
        return calls.linkat(fromDirectory, from, toDirectory, to);
    }

    @Override
    public int utimensat(int directory, String path, long accessedNanos, long modifiedNanos, int flags) {
        return calls.utimensat(directory, path, accessedNanos, modifiedNanos, flags);
    }

    @Override
    public int fcntlGetFl(int fd) {
        return calls.fcntlGetFl(fd);
    }

    @Override
    public int shutdown(int fd, int how) {
        return calls.shutdown(fd, how);
    }

    /** Closes what the guest was given and opened. Only after its thread ended. */
    @Override
    public void close() {
        calls.close();
        arena.close();
    }
}

package org.kakuri.platform.linux.posix;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.FileStatus;
import org.kakuri.platform.linux.ring.CallClient;
import org.kakuri.platform.linux.ring.CallPageLayout;

/**
 * Has the calls executed by the server of a call page: the shadow process. One thread at a time. Reads and writes larger than
 * the page's data area are short.
 *
 * @see CallPageServer
 */
public final class CallPagePosix implements PosixCalls {

    private static final long POLLFD_BYTES = 8;
    private static final long POLLFD_REVENTS = 6;

    private final CallClient client;
    private final MemorySegment data;
    private final long room;
    private final Replies replies;
    private final long[] sent = new long[CallPageLayout.ARGUMENT_COUNT];

    /** Calls over a client that the caller goes on owning; its exceptions come through unchanged. */
    public CallPagePosix(CallClient client) {
        this.client = client;
        this.data = client.data();
        this.room = data.byteSize();
        this.replies = new Replies(client);
    }

    private long call(PosixOp op, long a0, long a1, long a2, long a3, long a4, long in, long out) {
        return client.call(op.code(), a0, a1, a2, a3, a4, 0, in, op.maxResult(in, out));
    }

    private long bounded(long length) {
        return Math.min(length, room);
    }

    private void copyIn(MemorySegment buffer, long offset, long length) {
        MemorySegment.copy(buffer, offset, data, 0, length);
    }

    private long copyOut(long result, MemorySegment buffer, long offset) {
        if (result > 0) {
            MemorySegment.copy(data, 0, buffer, offset, result);
        }
        return result;
    }

    /** Puts a path at {@code at}; its end, or -1 when there is no room. */
    private long putPath(byte[] path, long at) {
        if (path.length > room - at) {
            return -1;
        }
        MemorySegment.copy(path, 0, data, ValueLayout.JAVA_BYTE, at, path.length);
        return at + path.length;
    }

    private static byte[] utf8(String path) {
        return path.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long read(int fd, MemorySegment buffer, long offset, long length) {
        long out = bounded(length);
        return copyOut(call(PosixOp.READ, fd, out, 0, 0, 0, 0, out), buffer, offset);
    }

    @Override
    public long write(int fd, MemorySegment buffer, long offset, long length) {
        long in = bounded(length);
        copyIn(buffer, offset, in);
        return call(PosixOp.WRITE, fd, in, 0, 0, 0, in, 0);
    }

    @Override
    public long writeThenRead(int writeFd, int readFd, MemorySegment out, long outOffset, long outLength,
            MemorySegment in, long inOffset, long inLength) {
        long sent = 0;
        while (outLength - sent > room) {
            long n = write(writeFd, out, outOffset + sent, room);
            if (n < 0 && n != -Errno.EINTR) {
                return n;
            }
            if (n == 0) {
                return -Errno.EIO;
            }
            sent += Math.max(0, n);
        }
        long last = outLength - sent;
        copyIn(out, outOffset + sent, last);
        long wanted = bounded(inLength);
        return copyOut(call(PosixOp.WRITE_THEN_READ, writeFd, readFd, last, wanted, 0, last, wanted), in, inOffset);
    }

    @Override
    public long pread(int fd, MemorySegment buffer, long offset, long length, long position) {
        long out = bounded(length);
        return copyOut(call(PosixOp.PREAD, fd, out, position, 0, 0, 0, out), buffer, offset);
    }

    @Override
    public long pwrite(int fd, MemorySegment buffer, long offset, long length, long position) {
        long in = bounded(length);
        copyIn(buffer, offset, in);
        return call(PosixOp.PWRITE, fd, in, position, 0, 0, in, 0);
    }

    @Override
    public int openat(int directory, String path, int flags, int mode) {
        return replies.descriptor(onPath(PosixOp.OPENAT, directory, path, flags, mode, 0));
    }

    private int onPath(PosixOp op, int directory, String path, long a2, long a3, long a4) {
        byte[] bytes = utf8(path);
        long end = putPath(bytes, 0);
        return end < 0
                ? -Errno.ENAMETOOLONG
                : (int) call(op, directory, bytes.length, a2, a3, a4, end, 0);
    }

    private int onPaths(PosixOp op, int fromDirectory, String from, int toDirectory, String to) {
        byte[] first = utf8(from);
        byte[] second = utf8(to);
        long end = putPath(first, 0);
        end = end < 0 ? end : putPath(second, PosixOp.aligned(end));
        return end < 0
                ? -Errno.ENAMETOOLONG
                : (int) call(op, fromDirectory, first.length, toDirectory, second.length, 0, end, 0);
    }

    @Override
    public int close(int fd) {
        replies.closed(fd);
        return (int) call(PosixOp.CLOSE, fd, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public long lseek(int fd, long offset, int whence) {
        return replies.position(call(PosixOp.LSEEK, fd, offset, whence, 0, 0, 0, 0), offset, whence);
    }

    @Override
    public int fstat(int fd, MemorySegment buffer, long offset, long length) {
        if (bounded(length) < FileStatus.BYTES) {
            return -Errno.EINVAL;
        }
        int result = (int) call(PosixOp.FSTAT, fd, FileStatus.BYTES, 0, 0, 0, 0, 0);
        return copyStatus(result, buffer, offset);
    }

    @Override
    public int fstatat(int directory, String path, int flags, MemorySegment buffer, long offset, long length) {
        if (bounded(length) < FileStatus.BYTES) {
            return -Errno.EINVAL;
        }
        int result = onPath(PosixOp.FSTATAT, directory, path, flags, FileStatus.BYTES, 0);
        return copyStatus(result, buffer, offset);
    }

    private int copyStatus(int result, MemorySegment buffer, long offset) {
        if (result == 0) {
            copyOut(FileStatus.BYTES, buffer, offset);
        }
        return result;
    }

    @Override
    public int fsync(int fd) {
        return (int) call(PosixOp.FSYNC, fd, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public int fdatasync(int fd) {
        return (int) call(PosixOp.FDATASYNC, fd, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public int ftruncate(int fd, long size) {
        return (int) call(PosixOp.FTRUNCATE, fd, size, 0, 0, 0, 0, 0);
    }

    @Override
    public long getdents64(int fd, MemorySegment buffer, long offset, long length) {
        long out = bounded(length);
        return copyOut(call(PosixOp.GETDENTS64, fd, out, 0, 0, 0, 0, out), buffer, offset);
    }

    @Override
    public int mkdirat(int directory, String path, int mode) {
        return onPath(PosixOp.MKDIRAT, directory, path, mode, 0, 0);
    }

    @Override
    public int unlinkat(int directory, String path, int flags) {
        return onPath(PosixOp.UNLINKAT, directory, path, flags, 0, 0);
    }

    @Override
    public int renameat(int fromDirectory, String from, int toDirectory, String to) {
        return onPaths(PosixOp.RENAMEAT, fromDirectory, from, toDirectory, to);
    }

    @Override
    public long readlinkat(int directory, String path, MemorySegment buffer, long offset, long length) {
        byte[] bytes = utf8(path);
        long end = putPath(bytes, 0);
        if (end < 0) {
            return -Errno.ENAMETOOLONG;
        }
        long out = bounded(length);
        return copyOut(call(PosixOp.READLINKAT, directory, bytes.length, out, 0, 0, end, out), buffer, offset);
    }

    @Override
    public int symlinkat(String target, int directory, String path) {
        byte[] first = utf8(target);
        byte[] second = utf8(path);
        long end = putPath(first, 0);
        end = end < 0 ? end : putPath(second, PosixOp.aligned(end));
        return end < 0
                ? -Errno.ENAMETOOLONG
                : (int) call(PosixOp.SYMLINKAT, first.length, directory, second.length, 0, 0, end, 0);
    }

    @Override
    public int linkat(int fromDirectory, String from, int toDirectory, String to) {
        return onPaths(PosixOp.LINKAT, fromDirectory, from, toDirectory, to);
    }

    @Override
    public int utimensat(int directory, String path, long accessedNanos, long modifiedNanos, int flags) {
        return onPath(PosixOp.UTIMENSAT, directory, path, accessedNanos, modifiedNanos, flags);
    }

    @Override
    public int fcntlGetFl(int fd) {
        return (int) call(PosixOp.FCNTL_GETFL, fd, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public int fcntlSetFl(int fd, int flags) {
        return (int) call(PosixOp.FCNTL_SETFL, fd, flags, 0, 0, 0, 0, 0);
    }

    @Override
    public int dup(int fd) {
        return replies.descriptor(call(PosixOp.DUP, fd, 0, 0, 0, 0, 0, 0));
    }

    @Override
    public int poll(MemorySegment entries, long offset, long length, int timeoutMillis) {
        if (length < 0 || length > room || length % POLLFD_BYTES != 0) {
            return -Errno.EINVAL;
        }
        copyIn(entries, offset, length);
        int result = (int) call(PosixOp.POLL, length, timeoutMillis, 0, 0, 0, length, 0);
        if (result >= 0) {
            polled(entries, offset, length, result);
        }
        return result;
    }

    /** Takes over what was found, and nothing else of what the server may have written. */
    private void polled(MemorySegment entries, long offset, long length, int result) {
        byte[] found = data.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        MemorySegment copy = MemorySegment.ofArray(found);
        replies.polled(entries, offset, copy, length, result);
        for (long at = POLLFD_REVENTS; at < length; at += POLLFD_BYTES) {
            entries.set(ValueLayout.JAVA_SHORT_UNALIGNED, offset + at, copy.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
        }
    }

    @Override
    public int accept(int fd, int flags) {
        return replies.descriptor(call(PosixOp.ACCEPT, fd, flags, 0, 0, 0, 0, 0));
    }

    @Override
    public int shutdown(int fd, int how) {
        return (int) call(PosixOp.SHUTDOWN, fd, how, 0, 0, 0, 0, 0);
    }

    /** Inputs that do not fit the page: a stream's are sent in part, others give {@code -EMSGSIZE}. */
    @Override
    public long call(PosixOp op, long[] slots, MemorySegment buffer, long length) {
        if (!op.generic() || length > room && op != PosixOp.SEND) {
            return op.generic() ? -Errno.EMSGSIZE : -Errno.EINVAL;
        }
        int out = op.slotOf(PosixOp.Kind.OUT);
        long wanted = out < 0 ? 0 : bounded(slots[out]);
        long in = bounded(length);
        System.arraycopy(slots, 0, sent, 0, slots.length);
        if (out >= 0) {
            sent[out] = wanted;
        } else if (op == PosixOp.SEND) {
            sent[1] = in;
        }
        MemorySegment.copy(buffer, 0, data, 0, in);
        long first = op.result() == PosixOp.Result.AT_MOST_IN ? sent[op.slotOf(PosixOp.Kind.IN)] : in;
        long result = client.call(op.code(), sent[0], sent[1], sent[2], sent[3], sent[4], sent[5], in,
                op.maxResult(first, wanted));
        MemorySegment.copy(data, 0, buffer, 0,
                op.result() == PosixOp.Result.AT_MOST_OUT ? Math.max(0, result) : wanted);
        replies.check(op, sent, result, buffer);
        return result;
    }

    @Override
    public boolean signalled() {
        return client.attention();
    }
}

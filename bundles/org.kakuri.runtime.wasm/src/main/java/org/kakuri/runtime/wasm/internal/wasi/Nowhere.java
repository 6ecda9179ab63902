package org.kakuri.runtime.wasm.internal.wasi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.FileStatus;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.posix.PosixCalls;
import org.kakuri.platform.linux.posix.PosixOp;

/** What a guest finds behind standard descriptors nobody gave it: empty to read, takes every write. Leaves no instance. */
final class Nowhere implements PosixCalls {
    static final Nowhere INSTANCE = new Nowhere();
    private static final int MODE_AT = 28;
    private static final int POLLFD_BYTES = 8;

    private Nowhere() {}

    @Override
    public long read(int fd, MemorySegment buffer, long offset, long length) {
        return 0;
    }

    @Override
    public long write(int fd, MemorySegment buffer, long offset, long length) {
        return length;
    }

    @Override
    public long writeThenRead(int writeFd, int readFd, MemorySegment out, long outOffset, long outLength,
            MemorySegment in, long inOffset, long inLength) {
        return 0;
    }

    @Override
    public long pread(int fd, MemorySegment buffer, long offset, long length, long position) {
        return -Errno.ESPIPE;
    }

    @Override
    public long pwrite(int fd, MemorySegment buffer, long offset, long length, long position) {
        return -Errno.ESPIPE;
    }

    @Override
    public int openat(int directory, String path, int flags, int mode) {
        return -Errno.ENOTDIR;
    }

    @Override
    public int close(int fd) {
        return 0;
    }

    @Override
    public long lseek(int fd, long offset, int whence) {
        return -Errno.ESPIPE;
    }

    @Override
    public int fstat(int fd, MemorySegment buffer, long offset, long length) {
        buffer.asSlice(offset, FileStatus.BYTES).fill((byte) 0);
        buffer.set(ValueLayout.JAVA_SHORT_UNALIGNED, offset + MODE_AT, (short) (FileStatus.S_IFCHR | 0666));
        return 0;
    }

    @Override
    public int fstatat(int directory, String path, int flags, MemorySegment buffer, long offset, long length) {
        return -Errno.ENOTDIR;
    }

    @Override
    public int fsync(int fd) {
        return 0;
    }

    @Override
    public int fdatasync(int fd) {
        return 0;
    }

    @Override
    public int ftruncate(int fd, long size) {
        return -Errno.EINVAL;
    }

    @Override
    public long getdents64(int fd, MemorySegment buffer, long offset, long length) {
        return -Errno.ENOTDIR;
    }

    @Override
    public int mkdirat(int directory, String path, int mode) {
        return -Errno.ENOTDIR;
    }

    @Override
    public int unlinkat(int directory, String path, int flags) {
        return -Errno.ENOTDIR;
    }

    @Override
    public int renameat(int fromDirectory, String from, int toDirectory, String to) {
        return -Errno.ENOTDIR;
    }

    @Override
    public long readlinkat(int directory, String path, MemorySegment buffer, long offset, long length) {
        return -Errno.ENOTDIR;
    }

    @Override
    public int symlinkat(String target, int directory, String path) {
        return -Errno.ENOTDIR;
    }

    @Override
    public int linkat(int fromDirectory, String from, int toDirectory, String to) {
        return -Errno.ENOTDIR;
    }

    @Override
    public int utimensat(int directory, String path, long accessedNanos, long modifiedNanos, int flags) {
        return 0;
    }

    @Override
    public int fcntlGetFl(int fd) {
        return OpenFlags.O_RDWR;
    }

    @Override
    public int fcntlSetFl(int fd, int flags) {
        return 0;
    }

    @Override
    public int dup(int fd) {
        return fd;
    }

    /** Everything is ready at once. */
    @Override
    public int poll(MemorySegment entries, long offset, long length, int timeoutMillis) {
        for (long at = 0; at < length; at += POLLFD_BYTES) {
            short wanted = entries.get(ValueLayout.JAVA_SHORT_UNALIGNED, offset + at + 4);
            entries.set(ValueLayout.JAVA_SHORT_UNALIGNED, offset + at + 6, wanted);
        }
        return (int) (length / POLLFD_BYTES);
    }

    @Override
    public int accept(int fd, int flags) {
        return -Errno.ENOTSOCK;
    }

    @Override
    public int shutdown(int fd, int how) {
        return -Errno.ENOTSOCK;
    }

    @Override
    public long call(PosixOp op, long[] slots, MemorySegment data, long length) {
        return -Errno.EINVAL;
    }

    @Override
    public boolean signalled() {
        return false;
    }
}

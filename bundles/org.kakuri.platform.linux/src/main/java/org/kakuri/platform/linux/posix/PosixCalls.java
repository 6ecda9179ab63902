package org.kakuri.platform.linux.posix;

import java.lang.foreign.MemorySegment;

/**
 * POSIX calls on behalf of a guest. Each returns {@code >= 0} or {@code -errno} and never throws for what a guest can cause;
 * {@link org.kakuri.platform.linux.Errno} has the numbers. Numbers of descriptors, flags and structures are Linux's, see
 * {@link org.kakuri.platform.linux.OpenFlags}, {@link org.kakuri.platform.linux.PathCalls},
 * {@link org.kakuri.platform.linux.FileStatus} and {@link org.kakuri.platform.linux.DirectoryEntry}.
 * <p>
 * Buffers are a native segment, an offset and a length, in bytes. Reads and writes may be short. A descriptor the guest was
 * neither given nor opened gives {@code -EBADF}. Implementations say how many threads may call.
 */
public interface PosixCalls {

    /** Bytes read; 0 at the end. */
    long read(int fd, MemorySegment buffer, long offset, long length);

    /** Bytes written. */
    long write(int fd, MemorySegment buffer, long offset, long length);

    /**
     * Writes ALL of the first buffer to one descriptor, then reads once from another: two calls for the price of one crossing.
     * Bytes read, or what the write or the read failed with; how much was written before a failure is not told.
     */
    long writeThenRead(int writeFd, int readFd, MemorySegment out, long outOffset, long outLength, MemorySegment in,
            long inOffset, long inLength);

    /** Bytes read at a position, which does not move the descriptor's own. */
    long pread(int fd, MemorySegment buffer, long offset, long length, long position);

    /** Bytes written at a position. */
    long pwrite(int fd, MemorySegment buffer, long offset, long length, long position);

    /** A descriptor, close-on-exec. */
    int openat(int directory, String path, int flags, int mode);

    /** Closes; the number is free afterwards. */
    int close(int fd);

    /** The new position. */
    long lseek(int fd, long offset, int whence);

    /** Writes a {@code struct statx} (256 bytes) into the buffer, which must have room for it. */
    int fstat(int fd, MemorySegment buffer, long offset, long length);

    /** Like {@link #fstat} of a path; flags: AT_SYMLINK_NOFOLLOW or 0. */
    int fstatat(int directory, String path, int flags, MemorySegment buffer, long offset, long length);

    int fsync(int fd);

    int fdatasync(int fd);

    int ftruncate(int fd, long size);

    /** Bytes of whole entries, 0 at the end. */
    long getdents64(int fd, MemorySegment buffer, long offset, long length);

    int mkdirat(int directory, String path, int mode);

    /** Flags: AT_REMOVEDIR or 0. */
    int unlinkat(int directory, String path, int flags);

    int renameat(int fromDirectory, String from, int toDirectory, String to);

    /** Bytes of the target, cut to the buffer. */
    long readlinkat(int directory, String path, MemorySegment buffer, long offset, long length);

    int symlinkat(String target, int directory, String path);

    /** A second name for a file; symbolic links are linked themselves. */
    int linkat(int fromDirectory, String from, int toDirectory, String to);

    /**
     * Sets times in ns since 1970, or UTIME_NOW, UTIME_OMIT of PathCalls. An empty path means the descriptor itself. Flags:
     * AT_SYMLINK_NOFOLLOW or 0.
     */
    int utimensat(int directory, String path, long accessedNanos, long modifiedNanos, int flags);

    /** F_GETFL. */
    int fcntlGetFl(int fd);

    /** F_SETFL. */
    int fcntlSetFl(int fd, int flags);

    /** A second descriptor of the same open file. */
    int dup(int fd);

    /**
     * Waits for an array of {@code struct pollfd} (8 bytes each); how many are ready, 0 on timeout. A descriptor the guest
     * has no right to becomes POLLNVAL.
     */
    int poll(MemorySegment entries, long offset, long length, int timeoutMillis);

    /** A connected descriptor of a listening socket; flags: O_NONBLOCK or 0. */
    int accept(int fd, int flags);

    /** Ends one or both directions of a socket, SHUT_RD and its siblings. */
    int shutdown(int fd, int how);

    /**
     * A call that has no method of its own; {@link PosixLibrary} has its face.
     *
     * @param op     which; {@link PosixOp#generic} is true
     * @param slots  an entry for each argument, as its kind says; not changed
     * @param data   native memory: inputs one after the other, each at a multiple of 8; outputs are written to its start
     * @param length bytes of inputs
     */
    long call(PosixOp op, long[] slots, MemorySegment data, long length);

    /** Whether a signal waits for its handler to run: the guest should ask {@link PosixOp#SIGNEXT} soon. */
    boolean signalled();
}

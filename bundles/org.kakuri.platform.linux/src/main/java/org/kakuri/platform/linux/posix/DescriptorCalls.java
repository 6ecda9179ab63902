package org.kakuri.platform.linux.posix;

import java.lang.foreign.MemorySegment;
import org.kakuri.platform.linux.DirectoryEntry;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.FileStatus;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PathCalls;

/**
 * The descriptors a guest holds, and the calls on files that wait for nobody. Any number of threads.
 * <p>
 * Paths start at a directory the guest holds and cannot leave it: {@code ..}, absolute paths and symbolic links out of it
 * give {@code -EXDEV}, or {@code -EINVAL} where {@code .} or {@code ..} is the last component of a name to make or remove.
 */
abstract class DescriptorCalls implements PosixCalls, AutoCloseable {

    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;

    private final DescriptorTable table = new DescriptorTable();

    final DescriptorTable table() {
        return table;
    }

    final boolean denied(int fd) {
        return !table.allows(fd);
    }

    /** A new descriptor is the guest's; closed again if it has none any more. */
    final int owned(int fd) {
        return fd >= 0 && !table.own(fd) ? -Errno.ECANCELED : fd;
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

    /** Closes what the guest opened or was given; calls after that give {@code -EBADF}. Running calls are not waited for. */
    @Override
    public void close() {
        table.close();
    }
}

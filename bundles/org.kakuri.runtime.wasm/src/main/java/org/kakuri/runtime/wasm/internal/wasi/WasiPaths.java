package org.kakuri.runtime.wasm.internal.wasi;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.kakuri.platform.linux.FileStatus;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PathCalls;
import org.kakuri.runtime.wasm.internal.memory.GuestMemory;

/**
 * The calls {@code path_*}. Each returns a WASI error number. That a path cannot leave its folder is promised by who executes
 * the calls; leaving gives PERM.
 */
final class WasiPaths {
    private static final int LONGEST_PATH = 4096;
    private static final int LOOKUP_FOLLOW = 1;
    private static final int OFLAG_CREAT = 1;
    private static final int OFLAG_DIRECTORY = 2;
    private static final int OFLAG_EXCL = 4;
    private static final int OFLAG_TRUNC = 8;
    private static final int FILESTAT_BYTES = 64;
    private static final long READING = WasiRights.FD_READ | WasiRights.FD_READDIR;
    private static final long WRITING = WasiRights.FD_WRITE | WasiRights.FD_DATASYNC | WasiRights.FD_ALLOCATE
            | WasiRights.FD_FILESTAT_SET_SIZE;

    private WasiPaths() {}

    /** A path of the guest's that is not UTF-8 or too long. */
    private static final class BadPath extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int errno;

        BadPath(int errno) {
            super(WasiErrno.name(errno), null, false, false);
            this.errno = errno;
        }
    }

    /** A call that needs a path. */
    @FunctionalInterface
    private interface OnPath {
        long run(String path);
    }

    private static String path(GuestMemory memory, int at, int length) {
        if (Integer.compareUnsigned(length, LONGEST_PATH) > 0) {
            memory.range(at, length);
            throw new BadPath(WasiErrno.NAMETOOLONG);
        }
        byte[] bytes = memory.readBytes(at, length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new BadPath(WasiErrno.ILSEQ);
        }
    }

    /** Runs a call on a path below a folder. */
    private static int below(WasiProcess p, GuestFd folder, long right, int at, int length, OnPath call) {
        int bad = folder(folder, right);
        if (bad != 0) {
            return bad;
        }
        try {
            return WasiErrno.ofPath(call.run(path(p.memory(), at, length)));
        } catch (BadPath e) {
            return e.errno;
        }
    }

    private static int folder(GuestFd fd, long right) {
        return fd != null && !fd.isDirectory() ? WasiErrno.NOTDIR : WasiFiles.check(fd, right);
    }

    static int open(WasiProcess p, int number, int lookup, int at, int length, int oflags, long rights,
            long inheriting, int fdflags, int result) {
        GuestFd folder = p.descriptors().get(number);
        long needed = WasiRights.PATH_OPEN | ((oflags & OFLAG_CREAT) != 0 ? WasiRights.PATH_CREATE_FILE : 0)
                | ((oflags & OFLAG_TRUNC) != 0 ? WasiRights.PATH_FILESTAT_SET_SIZE : 0);
        int bad = folder(folder, needed);
        if (bad != 0 || (oflags & ~15) != 0 || (fdflags & ~31) != 0) {
            return bad != 0 ? bad : WasiErrno.INVAL;
        }
        p.memory().range(result, 4);
        if (!p.descriptors().hasRoom()) {
            return WasiErrno.MFILE;
        }
        long granted = rights & folder.inheriting;
        int flags = flags(lookup, oflags, granted, fdflags);
        try {
            String path = path(p.memory(), at, length);
            int opened = folder.calls.openat(folder.number, path, flags | OpenFlags.O_NONBLOCK, 0666);
            if (opened < 0) {
                return WasiErrno.ofPath(opened);
            }
            return keep(p, folder, opened, flags, granted, inheriting & folder.inheriting, result);
        } catch (BadPath e) {
            return e.errno;
        }
    }

    /**
     * Files are opened without blocking, because nobody could end the opening of a FIFO that has no peer; blocking is
     * switched on afterwards for what can block. Divergence: a FIFO opened for writing without a reader gives NXIO.
     */
    private static int keep(WasiProcess p, GuestFd folder, int opened, int flags, long rights, long inheriting,
            int result) {
        int status = folder.calls.fstat(opened, p.scratch(), 0, FileStatus.BYTES);
        int type = status < 0 ? FileTypes.UNKNOWN : FileTypes.ofMode(FileStatus.decode(p.scratch(), 0).type());
        boolean mayBlock = type != FileTypes.REGULAR && type != FileTypes.DIRECTORY;
        if (status >= 0 && mayBlock && (flags & OpenFlags.O_NONBLOCK) == 0) {
            int now = folder.calls.fcntlGetFl(opened);
            status = now < 0 ? now : folder.calls.fcntlSetFl(opened, now & ~OpenFlags.O_NONBLOCK);
        }
        if (status < 0) {
            folder.calls.close(opened);
            return WasiErrno.of(status);
        }
        int guest = p.descriptors().add(0, new GuestFd(folder.calls, opened, type, rights, inheriting, null));
        p.memory().writeI32(result, guest);
        return WasiErrno.SUCCESS;
    }

    private static int flags(int lookup, int oflags, long rights, int fdflags) {
        boolean reads = (rights & READING) != 0;
        boolean writes = (rights & WRITING) != 0 && (oflags & OFLAG_DIRECTORY) == 0;
        int access = !writes ? OpenFlags.O_RDONLY : reads ? OpenFlags.O_RDWR : OpenFlags.O_WRONLY;
        return access | OpenFlags.O_NOCTTY | WasiFiles.linuxFlags(fdflags)
                | ((lookup & LOOKUP_FOLLOW) == 0 ? OpenFlags.O_NOFOLLOW : 0)
                | ((oflags & OFLAG_CREAT) != 0 ? OpenFlags.O_CREAT : 0)
                | ((oflags & OFLAG_DIRECTORY) != 0 ? OpenFlags.O_DIRECTORY : 0)
                | ((oflags & OFLAG_EXCL) != 0 ? OpenFlags.O_EXCL : 0)
                | ((oflags & OFLAG_TRUNC) != 0 ? OpenFlags.O_TRUNC : 0);
    }

    static int createDirectory(WasiProcess p, int number, int at, int length) {
        GuestFd folder = p.descriptors().get(number);
        return below(p, folder, WasiRights.PATH_CREATE_DIRECTORY, at, length,
                path -> folder.calls.mkdirat(folder.number, path, 0777));
    }

    static int removeDirectory(WasiProcess p, int number, int at, int length) {
        GuestFd folder = p.descriptors().get(number);
        return below(p, folder, WasiRights.PATH_REMOVE_DIRECTORY, at, length,
                path -> folder.calls.unlinkat(folder.number, path, PathCalls.AT_REMOVEDIR));
    }

    static int unlink(WasiProcess p, int number, int at, int length) {
        GuestFd folder = p.descriptors().get(number);
        return below(p, folder, WasiRights.PATH_UNLINK_FILE, at, length,
                path -> folder.calls.unlinkat(folder.number, path, 0));
    }

    static int filestat(WasiProcess p, int number, int lookup, int at, int length, int result) {
        GuestFd folder = p.descriptors().get(number);
        p.memory().range(result, FILESTAT_BYTES);
        int errno = below(p, folder, WasiRights.PATH_FILESTAT_GET, at, length,
                path -> folder.calls.fstatat(folder.number, path, noFollow(lookup), p.scratch(), 0,
                        FileStatus.BYTES));
        if (errno == WasiErrno.SUCCESS) {
            WasiFiles.putStatus(p.memory(), result, FileStatus.decode(p.scratch(), 0));
        }
        return errno;
    }

    private static int noFollow(int lookup) {
        return (lookup & LOOKUP_FOLLOW) == 0 ? PathCalls.AT_SYMLINK_NOFOLLOW : 0;
    }

    static int setTimes(WasiProcess p, int number, int lookup, int at, int length, long accessed, long modified,
            int flags) {
        GuestFd folder = p.descriptors().get(number);
        if (WasiFiles.badTimes(flags)) {
            return WasiErrno.INVAL;
        }
        return below(p, folder, WasiRights.PATH_FILESTAT_SET_TIMES, at, length,
                path -> path.isEmpty() ? -org.kakuri.platform.linux.Errno.ENOENT
                        : folder.calls.utimensat(folder.number, path, WasiFiles.time(accessed, flags),
                                WasiFiles.time(modified, flags >> 2), noFollow(lookup)));
    }

    static int readlink(WasiProcess p, int number, int at, int length, int buffer, int room, int result) {
        GuestFd folder = p.descriptors().get(number);
        long start = p.memory().range(buffer, room);
        p.memory().range(result, 4);
        long[] used = new long[1];
        int errno = below(p, folder, WasiRights.PATH_READLINK, at, length, path -> {
            used[0] = room == 0 ? 0
                    : folder.calls.readlinkat(folder.number, path, p.memory().segment(), start,
                            Integer.toUnsignedLong(room));
            return used[0];
        });
        if (errno == WasiErrno.SUCCESS) {
            p.memory().writeI32(result, (int) used[0]);
        }
        return errno;
    }

    /** A link to an absolute path would mean something else to the host than to the guest, so it is refused. */
    static int symlink(WasiProcess p, int target, int targetLength, int number, int at, int length) {
        GuestFd folder = p.descriptors().get(number);
        return below(p, folder, WasiRights.PATH_SYMLINK, at, length, path -> {
            String to = path(p.memory(), target, targetLength);
            return to.startsWith("/") ? -org.kakuri.platform.linux.Errno.EPERM
                    : folder.calls.symlinkat(to, folder.number, path);
        });
    }

    static int link(WasiProcess p, int fromNumber, int lookup, int from, int fromLength, int toNumber, int to,
            int toLength) {
        if ((lookup & LOOKUP_FOLLOW) != 0) {
            return WasiErrno.INVAL;
        }
        return between(p, fromNumber, WasiRights.PATH_LINK_SOURCE, from, fromLength, toNumber,
                WasiRights.PATH_LINK_TARGET, to, toLength, GuestLink.LINK);
    }

    static int rename(WasiProcess p, int fromNumber, int from, int fromLength, int toNumber, int to, int toLength) {
        return between(p, fromNumber, WasiRights.PATH_RENAME_SOURCE, from, fromLength, toNumber,
                WasiRights.PATH_RENAME_TARGET, to, toLength, GuestLink.RENAME);
    }

    /** A call on two paths. */
    private enum GuestLink {
        LINK, RENAME;

        int run(GuestFd from, String source, GuestFd to, String target) {
            return this == LINK ? from.calls.linkat(from.number, source, to.number, target)
                    : from.calls.renameat(from.number, source, to.number, target);
        }
    }

    private static int between(WasiProcess p, int fromNumber, long fromRight, int from, int fromLength, int toNumber,
            long toRight, int to, int toLength, GuestLink call) {
        GuestFd source = p.descriptors().get(fromNumber);
        GuestFd target = p.descriptors().get(toNumber);
        int bad = folder(source, fromRight);
        bad = bad != 0 ? bad : folder(target, toRight);
        if (bad != 0 || source.calls != target.calls) {
            return bad != 0 ? bad : WasiErrno.XDEV;
        }
        try {
            return WasiErrno.of(call.run(source, path(p.memory(), from, fromLength), target,
                    path(p.memory(), to, toLength)));
        } catch (BadPath e) {
            return e.errno;
        }
    }
}

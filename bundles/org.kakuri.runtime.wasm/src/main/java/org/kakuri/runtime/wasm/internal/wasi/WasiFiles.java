package org.kakuri.runtime.wasm.internal.wasi;

import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.FileStatus;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PathCalls;
import org.kakuri.runtime.wasm.internal.memory.GuestMemory;

/** The calls {@code fd_*}. Each returns a WASI error number. */
final class WasiFiles {
    private static final int FDFLAG_APPEND = 1;
    private static final int FDFLAG_DSYNC = 2;
    private static final int FDFLAG_NONBLOCK = 4;
    private static final int FDFLAG_RSYNC = 8;
    private static final int FDFLAG_SYNC = 16;
    private static final int SETTABLE = FDFLAG_APPEND | FDFLAG_NONBLOCK;
    private static final int FDSTAT_BYTES = 24;
    private static final int FILESTAT_BYTES = 64;
    private static final int ADVICES = 6;

    private WasiFiles() {}

    /** Returns why a descriptor cannot be used for something, or SUCCESS. */
    static int check(GuestFd fd, long right) {
        if (fd == null) {
            return WasiErrno.BADF;
        }
        return fd.may(right) ? WasiErrno.SUCCESS : WasiErrno.NOTCAPABLE;
    }

    static int read(WasiProcess p, int number, int vectors, int count, int result) {
        GuestFd fd = p.descriptors().get(number);
        int bad = check(fd, WasiRights.FD_READ);
        return bad != 0 ? bad : p.io().read(p.memory(), fd, vectors, count, result, WasiIo.READ, -1);
    }

    static int write(WasiProcess p, int number, int vectors, int count, int result) {
        GuestFd fd = p.descriptors().get(number);
        int bad = check(fd, WasiRights.FD_WRITE);
        return bad != 0 ? bad : p.io().write(p.memory(), fd, vectors, count, result, WasiIo.WRITE, -1);
    }

    static int pread(WasiProcess p, int number, int vectors, int count, long position, int result) {
        GuestFd fd = p.descriptors().get(number);
        int bad = seekable(fd, WasiRights.FD_READ | WasiRights.FD_SEEK);
        if (bad != 0 || position < 0) {
            return bad != 0 ? bad : WasiErrno.INVAL;
        }
        return p.io().read(p.memory(), fd, vectors, count, result, WasiIo.PREAD, position);
    }

    static int pwrite(WasiProcess p, int number, int vectors, int count, long position, int result) {
        GuestFd fd = p.descriptors().get(number);
        int bad = seekable(fd, WasiRights.FD_WRITE | WasiRights.FD_SEEK);
        if (bad != 0 || position < 0) {
            return bad != 0 ? bad : WasiErrno.INVAL;
        }
        return p.io().write(p.memory(), fd, vectors, count, result, WasiIo.PWRITE, position);
    }

    /** Like {@link #check}; what has no position gives SPIPE. */
    private static int seekable(GuestFd fd, long right) {
        if (fd != null && !fd.isRegular() && fd.type != FileTypes.BLOCK) {
            return fd.isDirectory() ? WasiErrno.BADF : WasiErrno.SPIPE;
        }
        return check(fd, right);
    }

    static int seek(WasiProcess p, int number, long offset, int whence, int result) {
        GuestFd fd = p.descriptors().get(number);
        boolean tells = offset == 0 && whence == FdIo.SEEK_CUR;
        int bad = seekable(fd, tells ? WasiRights.FD_TELL : WasiRights.FD_SEEK);
        if (bad != 0 || whence < FdIo.SEEK_SET || whence > FdIo.SEEK_END) {
            return bad != 0 ? bad : WasiErrno.INVAL;
        }
        p.memory().range(result, 8);
        long position = fd.calls.lseek(fd.number, offset, whence);
        if (position >= 0) {
            p.memory().writeLong(result, position);
        }
        return WasiErrno.of(position);
    }

    static int tell(WasiProcess p, int number, int result) {
        return seek(p, number, 0, FdIo.SEEK_CUR, result);
    }

    static int close(WasiProcess p, int number) {
        GuestFd fd = p.descriptors().remove(number);
        return fd == null ? WasiErrno.BADF : WasiErrno.of(fd.calls.close(fd.number));
    }

    static int renumber(WasiProcess p, int from, int to) {
        GuestFd moved = p.descriptors().get(from);
        GuestFd replaced = p.descriptors().get(to);
        if (moved == null || replaced == null) {
            return WasiErrno.BADF;
        }
        if (from != to) {
            replaced.calls.close(replaced.number);
            p.descriptors().put(to, moved);
            p.descriptors().remove(from);
        }
        return WasiErrno.SUCCESS;
    }

    static int sync(WasiProcess p, int number) {
        GuestFd fd = p.descriptors().get(number);
        int bad = check(fd, WasiRights.FD_SYNC);
        return bad != 0 ? bad : WasiErrno.of(fd.calls.fsync(fd.number));
    }

    static int datasync(WasiProcess p, int number) {
        GuestFd fd = p.descriptors().get(number);
        int bad = check(fd, WasiRights.FD_DATASYNC);
        return bad != 0 ? bad : WasiErrno.of(fd.calls.fdatasync(fd.number));
    }

    static int advise(WasiProcess p, int number, long offset, long length, int advice) {
        GuestFd fd = p.descriptors().get(number);
        int bad = seekable(fd, WasiRights.FD_ADVISE);
        return bad != 0 ? bad
                : advice < 0 || advice >= ADVICES || offset < 0 || length < 0 ? WasiErrno.INVAL : WasiErrno.SUCCESS;
    }

    /** Divergence: makes the file long enough, but reserves no blocks for it. */
    static int allocate(WasiProcess p, int number, long offset, long length) {
        GuestFd fd = p.descriptors().get(number);
        int bad = seekable(fd, WasiRights.FD_ALLOCATE);
        if (bad != 0 || offset < 0 || length <= 0 || offset + length < 0) {
            return bad != 0 ? bad : WasiErrno.INVAL;
        }
        int status = fd.calls.fstat(fd.number, p.scratch(), 0, FileStatus.BYTES);
        if (status < 0 || FileStatus.decode(p.scratch(), 0).size() >= offset + length) {
            return WasiErrno.of(status);
        }
        return WasiErrno.of(fd.calls.ftruncate(fd.number, offset + length));
    }

    static int fdstat(WasiProcess p, int number, int result) {
        GuestFd fd = p.descriptors().get(number);
        if (fd == null) {
            return WasiErrno.BADF;
        }
        GuestMemory memory = p.memory();
        memory.range(result, FDSTAT_BYTES);
        int flags = fd.isRegular() || !fd.isDirectory() ? fd.calls.fcntlGetFl(fd.number) : 0;
        if (flags < 0) {
            return WasiErrno.of(flags);
        }
        memory.writeLong(result, 0);
        memory.writeByte(result, (byte) fd.type);
        memory.writeShort(result + 2, (short) wasiFlags(flags, fd));
        memory.writeLong(result + 8, fd.rights);
        memory.writeLong(result + 16, fd.inheriting);
        return WasiErrno.SUCCESS;
    }

    private static int wasiFlags(int linux, GuestFd fd) {
        boolean sync = (linux & OpenFlags.O_SYNC) == OpenFlags.O_SYNC;
        boolean mayBlock = !fd.isRegular() && !fd.isDirectory();
        return ((linux & OpenFlags.O_APPEND) != 0 ? FDFLAG_APPEND : 0)
                | ((linux & OpenFlags.O_NONBLOCK) != 0 && mayBlock ? FDFLAG_NONBLOCK : 0)
                | (sync ? FDFLAG_SYNC | FDFLAG_RSYNC : 0)
                | ((linux & OpenFlags.O_DSYNC) != 0 ? FDFLAG_DSYNC : 0);
    }

    /** Returns Linux's open flags for flags of WASI. */
    static int linuxFlags(int wasi) {
        return ((wasi & FDFLAG_APPEND) != 0 ? OpenFlags.O_APPEND : 0)
                | ((wasi & FDFLAG_NONBLOCK) != 0 ? OpenFlags.O_NONBLOCK : 0)
                | ((wasi & (FDFLAG_SYNC | FDFLAG_RSYNC)) != 0 ? OpenFlags.O_SYNC : 0)
                | ((wasi & FDFLAG_DSYNC) != 0 ? OpenFlags.O_DSYNC : 0);
    }

    static int setFlags(WasiProcess p, int number, int wasi) {
        GuestFd fd = p.descriptors().get(number);
        int bad = check(fd, WasiRights.FD_FDSTAT_SET_FLAGS);
        if (bad != 0) {
            return bad;
        }
        int now = fd.calls.fcntlGetFl(fd.number);
        if (now < 0) {
            return WasiErrno.of(now);
        }
        if (((wasi ^ wasiFlags(now, fd)) & ~SETTABLE) != 0) {
            return WasiErrno.NOTSUP;
        }
        int settable = linuxFlags(SETTABLE);
        return WasiErrno.of(fd.calls.fcntlSetFl(fd.number, now & ~settable | linuxFlags(wasi & SETTABLE)));
    }

    static int setRights(WasiProcess p, int number, long rights, long inheriting) {
        GuestFd fd = p.descriptors().get(number);
        if (fd == null) {
            return WasiErrno.BADF;
        }
        if ((rights & ~fd.rights) != 0 || (inheriting & ~fd.inheriting) != 0) {
            return WasiErrno.NOTCAPABLE;
        }
        fd.rights = rights;
        fd.inheriting = inheriting;
        return WasiErrno.SUCCESS;
    }

    static int filestat(WasiProcess p, int number, int result) {
        GuestFd fd = p.descriptors().get(number);
        int bad = check(fd, WasiRights.FD_FILESTAT_GET);
        if (bad != 0) {
            return bad;
        }
        p.memory().range(result, FILESTAT_BYTES);
        int status = fd.calls.fstat(fd.number, p.scratch(), 0, FileStatus.BYTES);
        if (status == 0) {
            putStatus(p.memory(), result, FileStatus.decode(p.scratch(), 0));
        }
        return WasiErrno.of(status);
    }

    /** Writes a {@code filestat}. */
    static void putStatus(GuestMemory memory, int at, FileStatus status) {
        memory.writeLong(at, status.device());
        memory.writeLong(at + 8, status.inode());
        memory.writeLong(at + 16, FileTypes.ofMode(status.type()));
        memory.writeLong(at + 24, status.links());
        memory.writeLong(at + 32, status.size());
        memory.writeLong(at + 40, status.accessedNanos());
        memory.writeLong(at + 48, status.modifiedNanos());
        memory.writeLong(at + 56, status.changedNanos());
    }

    static int setSize(WasiProcess p, int number, long size) {
        GuestFd fd = p.descriptors().get(number);
        int bad = check(fd, WasiRights.FD_FILESTAT_SET_SIZE);
        return bad != 0 ? bad : size < 0 ? WasiErrno.INVAL : WasiErrno.of(fd.calls.ftruncate(fd.number, size));
    }

    static int setTimes(WasiProcess p, int number, long accessed, long modified, int flags) {
        GuestFd fd = p.descriptors().get(number);
        int bad = check(fd, WasiRights.FD_FILESTAT_SET_TIMES);
        if (bad != 0 || badTimes(flags)) {
            return bad != 0 ? bad : WasiErrno.INVAL;
        }
        return WasiErrno.of(fd.calls.utimensat(fd.number, "", time(accessed, flags), time(modified, flags >> 2), 0));
    }

    /** Whether a time is asked to be both given and now, or there are flags nobody knows. */
    static boolean badTimes(int flags) {
        return (flags & ~15) != 0 || (flags & 3) == 3 || (flags & 12) == 12;
    }

    /** Returns a time as utimensat wants it; bit 0 of the flags: as given, bit 1: now, none: leave it. */
    static long time(long given, int flags) {
        return (flags & 1) != 0 ? given : (flags & 2) != 0 ? PathCalls.UTIME_NOW : PathCalls.UTIME_OMIT;
    }
}

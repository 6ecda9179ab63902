package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * What the kernel says of a file. Read by statx(2), whose structure is the same on every architecture.
 *
 * @param device        identity of the file system
 * @param inode         identity in the file system
 * @param mode          type and permissions, see {@link #type()}
 * @param links         hard links
 * @param uid           owner
 * @param gid           owning group
 * @param size          bytes
 * @param blockSize     preferred I/O size, bytes
 * @param blocks        512-byte units allocated
 * @param accessedNanos last access, ns since 1970
 * @param modifiedNanos last change of content, ns since 1970
 * @param changedNanos  last change of metadata, ns since 1970
 */
public record FileStatus(long device, long inode, int mode, int links, int uid, int gid, long size, int blockSize,
        long blocks, long accessedNanos, long modifiedNanos, long changedNanos) {

    public static final int S_IFMT = 0xf000;
    public static final int S_IFIFO = 0x1000;
    public static final int S_IFCHR = 0x2000;
    public static final int S_IFDIR = 0x4000;
    public static final int S_IFBLK = 0x6000;
    public static final int S_IFREG = 0x8000;
    public static final int S_IFLNK = 0xa000;
    public static final int S_IFSOCK = 0xc000;

    /** Size of {@code struct statx}, linux/stat.h. */
    public static final long BYTES = 256;

    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int AT_EMPTY_PATH = 0x1000;

    private static final ValueLayout.OfInt INT_U = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG_U = ValueLayout.JAVA_LONG_UNALIGNED;

    private static final MethodHandle STATX = Native.withErrno("statx", INT, INT, Native.POINTER, INT, INT,
            Native.POINTER);

    /** Of an open descriptor. */
    public static FileStatus of(Fd fd) {
        int number = fd.acquire();
        try {
            MemorySegment buffer = Native.scratch(Native.state(), 2L * Native.PATH_MAX, BYTES);
            Native.check(statRaw(number, "", AT_EMPTY_PATH, buffer, 0), "statx", "fd=" + number);
            return decode(buffer, 0);
        } finally {
            fd.release();
        }
    }

    /** fstat of a number into {@code buffer}: 0 or {@code -errno}; {@link #decode} reads it. */
    public static int fstatRaw(int fd, MemorySegment buffer, long offset) {
        return statRaw(fd, "", AT_EMPTY_PATH, buffer, offset);
    }

    /** statx(2) with the basic fields into {@code buffer}: 0 or {@code -errno}. */
    public static int statRaw(int directory, String path, int flags, MemorySegment buffer, long offset) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) STATX.invokeExact(state, directory, Native.path(state, path), flags,
                    STATX_BASIC_STATS, buffer.asSlice(offset, BYTES)));
        } catch (NativeException badPath) {
            return -badPath.errno();
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Reads a {@code struct statx}. */
    public static FileStatus decode(MemorySegment buffer, long at) {
        MemorySegment s = buffer.asSlice(at, BYTES);
        long device = (s.get(INT_U, 136) & 0xffffffffL) << 32 | s.get(INT_U, 140) & 0xffffffffL;
        return new FileStatus(device, s.get(LONG_U, 32), s.get(ValueLayout.JAVA_SHORT_UNALIGNED, 28) & 0xffff,
                s.get(INT_U, 16), s.get(INT_U, 20), s.get(INT_U, 24), s.get(LONG_U, 40), s.get(INT_U, 4),
                s.get(LONG_U, 48), time(s, 64), time(s, 112), time(s, 96));
    }

    private static long time(MemorySegment s, long at) {
        return s.get(LONG_U, at) * 1_000_000_000L + s.get(INT_U, at + 8);
    }

    /** The type bits of the mode, such as {@link #S_IFREG}. */
    public int type() {
        return mode & S_IFMT;
    }

    public boolean isDirectory() {
        return type() == S_IFDIR;
    }

    public boolean isRegular() {
        return type() == S_IFREG;
    }

    public boolean isSymbolicLink() {
        return type() == S_IFLNK;
    }

    /** The permission bits of the mode, such as 0644. */
    public int permissions() {
        return mode & 0xfff;
    }
}

package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.LONG;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * Calls that take a path, relative to an open directory or to {@link #AT_FDCWD}. Raw methods return {@code >= 0} or
 * {@code -errno}. Paths are UTF-8, at most 4095 bytes, without zeros.
 */
public final class PathCalls {

    /** Instead of a directory: the process's working directory. */
    public static final int AT_FDCWD = -100;
    public static final int AT_SYMLINK_NOFOLLOW = 0x100;
    public static final int AT_REMOVEDIR = 0x200;
    public static final int AT_SYMLINK_FOLLOW = 0x400;
    /** With an empty path: the descriptor itself. */
    public static final int AT_EMPTY_PATH = 0x1000;

    /** As a time of {@link #utimensatRaw}: now. */
    public static final long UTIME_NOW = Long.MIN_VALUE;
    /** As a time of {@link #utimensatRaw}: leave as it is. */
    public static final long UTIME_OMIT = Long.MIN_VALUE + 1;

    private static final long KERNEL_UTIME_NOW = 0x3fffffff;
    private static final long KERNEL_UTIME_OMIT = 0x3ffffffe;
    private static final int CREATING = OpenFlags.O_CREAT | OpenFlags.O_TMPFILE & ~OpenFlags.O_DIRECTORY;
    private static final int RACE_RETRIES = 8;

    /** {@code struct open_how}: flags @0, mode @8, resolve @16. */
    private static final long OPEN_HOW_BYTES = 24;
    private static final long RESOLVE_NO_MAGICLINKS = 2;
    private static final long RESOLVE_BENEATH = 8;

    private static final MethodHandle OPENAT = Native.variadic("openat", 3, INT, INT, POINTER, INT, INT);
    private static final MethodHandle OPENAT2 = Native.syscall(INT, POINTER, POINTER, LONG);
    private static final MethodHandle MKDIRAT = Native.withErrno("mkdirat", INT, INT, POINTER, INT);
    private static final MethodHandle UNLINKAT = Native.withErrno("unlinkat", INT, INT, POINTER, INT);
    private static final MethodHandle RENAMEAT = Native.withErrno("renameat", INT, INT, POINTER, INT, POINTER);
    private static final MethodHandle READLINKAT = Native.withErrno("readlinkat", LONG, INT, POINTER, POINTER, LONG);
    private static final MethodHandle SYMLINKAT = Native.withErrno("symlinkat", INT, POINTER, INT, POINTER);
    private static final MethodHandle LINKAT = Native.withErrno("linkat", INT, INT, POINTER, INT, POINTER, INT);
    private static final MethodHandle MKFIFOAT = Native.withErrno("mkfifoat", INT, INT, POINTER, INT);
    private static final MethodHandle UTIMENSAT = Native.withErrno("utimensat", INT, INT, POINTER, POINTER, INT);

    private PathCalls() {}

    /** openat(2), close-on-exec: a descriptor. */
    public static int openatRaw(int directory, String path, int flags, int mode) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) OPENAT.invokeExact(state, directory, Native.path(state, path),
                    flags | OpenFlags.O_CLOEXEC, mode));
        } catch (NativeException badPath) {
            return -badPath.errno();
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** mkdirat(2). */
    public static int mkdiratRaw(int directory, String path, int mode) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) MKDIRAT.invokeExact(state, directory, Native.path(state, path), mode));
        } catch (NativeException badPath) {
            return -badPath.errno();
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** unlinkat(2); {@link #AT_REMOVEDIR} removes an empty directory. */
    public static int unlinkatRaw(int directory, String path, int flags) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) UNLINKAT.invokeExact(state, directory, Native.path(state, path), flags));
        } catch (NativeException badPath) {
            return -badPath.errno();
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** renameat(2). */
    public static int renameatRaw(int fromDirectory, String from, int toDirectory, String to) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) RENAMEAT.invokeExact(state, fromDirectory, Native.path(state, from),
                    toDirectory, Native.secondPath(state, to)));
        } catch (NativeException badPath) {
            return -badPath.errno();
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** readlinkat(2): bytes of the target, cut to the buffer, no terminating zero. */
    public static long readlinkatRaw(int directory, String path, MemorySegment buffer, long offset, long length) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (long) READLINKAT.invokeExact(state, directory, Native.path(state, path),
                    buffer.asSlice(offset, length), length));
        } catch (NativeException badPath) {
            return -badPath.errno();
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** symlinkat(2). */
    public static int symlinkatRaw(String target, int directory, String path) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) SYMLINKAT.invokeExact(state, Native.path(state, target), directory,
                    Native.secondPath(state, path)));
        } catch (NativeException badPath) {
            return -badPath.errno();
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** linkat(2). */
    public static int linkatRaw(int fromDirectory, String from, int toDirectory, String to, int flags) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) LINKAT.invokeExact(state, fromDirectory, Native.path(state, from),
                    toDirectory, Native.secondPath(state, to), flags));
        } catch (NativeException badPath) {
            return -badPath.errno();
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** mkfifoat(3). */
    public static int mkfifoatRaw(int directory, String path, int mode) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) MKFIFOAT.invokeExact(state, directory, Native.path(state, path), mode));
        } catch (NativeException badPath) {
            return -badPath.errno();
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * openat2(2) that cannot leave the directory: absolute paths, {@code ..} above it and symbolic links out of it give
     * {@code -EXDEV}. Repeats when a concurrent rename makes the kernel unsure.
     */
    public static int openBeneathRaw(int directory, String path, int flags, int mode) {
        MemorySegment state = Native.state();
        long result = -Errno.EAGAIN;
        try {
            for (int i = 0; i < RACE_RETRIES && result == -Errno.EAGAIN; i++) {
                MemorySegment how = Native.scratch(state, 2L * Native.PATH_MAX, OPEN_HOW_BYTES);
                how.set(LONG, 0, (flags | OpenFlags.O_CLOEXEC) & 0xffffffffL);
                how.set(LONG, 8, (flags & CREATING) != 0 ? mode & 0xfff : 0);
                how.set(LONG, 16, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
                result = Native.result(state, (long) OPENAT2.invokeExact(state, SystemCalls.OPENAT2, directory,
                        Native.path(state, path), how, OPEN_HOW_BYTES));
            }
            return (int) result;
        } catch (NativeException badPath) {
            return -badPath.errno();
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * utimensat(2).
     *
     * @param accessedNanos ns since 1970, {@link #UTIME_NOW} or {@link #UTIME_OMIT}
     * @param modifiedNanos likewise
     */
    public static int utimensatRaw(int directory, String path, long accessedNanos, long modifiedNanos, int flags) {
        MemorySegment state = Native.state();
        MemorySegment times = Native.scratch(state, 2L * Native.PATH_MAX, 32);
        time(times, 0, accessedNanos);
        time(times, 16, modifiedNanos);
        try {
            return Native.result(state,
                    (int) UTIMENSAT.invokeExact(state, directory, Native.path(state, path), times, flags));
        } catch (NativeException badPath) {
            return -badPath.errno();
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    private static void time(MemorySegment times, long at, long nanos) {
        boolean special = nanos == UTIME_NOW || nanos == UTIME_OMIT;
        times.set(LONG, at, special ? 0 : Math.floorDiv(nanos, 1_000_000_000L));
        times.set(LONG, at + 8, nanos == UTIME_NOW ? KERNEL_UTIME_NOW
                : nanos == UTIME_OMIT ? KERNEL_UTIME_OMIT : Math.floorMod(nanos, 1_000_000_000L));
    }

    /**
     * Opens a file.
     *
     * @param mode permissions of a file that is created, such as 0600
     */
    public static Fd open(Path path, int flags, int mode) {
        return owned(openatRaw(AT_FDCWD, path.toString(), flags, mode), "open", path.toString());
    }

    /** Opens a file for reading or a directory for the calls here. */
    public static Fd open(Path path) {
        return open(path, OpenFlags.O_RDONLY, 0);
    }

    /** Opens a file relative to a directory. */
    public static Fd openat(Fd directory, String path, int flags, int mode) {
        int number = directory.acquire();
        try {
            return owned(openatRaw(number, path, flags, mode), "openat", path);
        } finally {
            directory.release();
        }
    }

    /** Opens a file that must lie in or below a directory, see {@link #openBeneathRaw}. */
    public static Fd openBeneath(Fd directory, String path, int flags, int mode) {
        int number = directory.acquire();
        try {
            return owned(openBeneathRaw(number, path, flags, mode), "openat2", path);
        } finally {
            directory.release();
        }
    }

    /** Makes a FIFO. */
    public static void mkfifo(Path path, int mode) {
        Native.check(mkfifoatRaw(AT_FDCWD, path.toString(), mode), "mkfifo", "path=" + path);
    }

    private static Fd owned(int result, String call, String path) {
        return Fd.own((int) Native.check(result, call, "path=" + path));
    }
}

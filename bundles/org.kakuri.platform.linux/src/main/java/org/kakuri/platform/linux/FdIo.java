package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.LONG;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Reading, writing and positions of open descriptors.
 * <p>
 * Raw methods take a number and return {@code >= 0} or {@code -errno}. Throwing methods take an {@link Fd}, hold it while
 * they run and repeat on EINTR. Offsets and lengths are bytes; segments must be native.
 */
public final class FdIo {

    /** lseek from the start of the file. */
    public static final int SEEK_SET = 0;
    /** lseek from the current position. */
    public static final int SEEK_CUR = 1;
    /** lseek from the end of the file. */
    public static final int SEEK_END = 2;

    private static final MethodHandle READ = Native.withErrno("read", LONG, INT, POINTER, LONG);
    private static final MethodHandle WRITE = Native.withErrno("write", LONG, INT, POINTER, LONG);
    private static final MethodHandle PREAD = Native.withErrno("pread", LONG, INT, POINTER, LONG, LONG);
    private static final MethodHandle PWRITE = Native.withErrno("pwrite", LONG, INT, POINTER, LONG, LONG);
    private static final MethodHandle LSEEK = Native.withErrno("lseek", LONG, INT, LONG, INT);
    private static final MethodHandle FTRUNCATE = Native.withErrno("ftruncate", INT, INT, LONG);
    private static final MethodHandle FSYNC = Native.withErrno("fsync", INT, INT);
    private static final MethodHandle FDATASYNC = Native.withErrno("fdatasync", INT, INT);

    private FdIo() {}

    /** read(2): bytes read, 0 at the end. */
    public static long readRaw(int fd, MemorySegment buffer, long offset, long length) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (long) READ.invokeExact(state, fd, buffer.asSlice(offset, length), length));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** write(2): bytes written. */
    public static long writeRaw(int fd, MemorySegment buffer, long offset, long length) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (long) WRITE.invokeExact(state, fd, buffer.asSlice(offset, length), length));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** pread(2): bytes read at {@code position}, 0 at the end. */
    public static long preadRaw(int fd, MemorySegment buffer, long offset, long length, long position) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state,
                    (long) PREAD.invokeExact(state, fd, buffer.asSlice(offset, length), length, position));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** pwrite(2): bytes written at {@code position}. */
    public static long pwriteRaw(int fd, MemorySegment buffer, long offset, long length, long position) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state,
                    (long) PWRITE.invokeExact(state, fd, buffer.asSlice(offset, length), length, position));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** lseek(2): the new position. */
    public static long lseekRaw(int fd, long offset, int whence) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (long) LSEEK.invokeExact(state, fd, offset, whence));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** ftruncate(2). */
    public static int ftruncateRaw(int fd, long size) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) FTRUNCATE.invokeExact(state, fd, size));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** fsync(2). */
    public static int fsyncRaw(int fd) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) FSYNC.invokeExact(state, fd));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** fdatasync(2). */
    public static int fdatasyncRaw(int fd) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) FDATASYNC.invokeExact(state, fd));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Reads once into the whole buffer; bytes read, 0 at the end. Blocks unless the descriptor is non-blocking. */
    public static long read(Fd fd, MemorySegment buffer) {
        int number = fd.acquire();
        try {
            long n;
            do {
                n = readRaw(number, buffer, 0, buffer.byteSize());
            } while (n == -Errno.EINTR);
            return Native.check(n, "read", arguments(number, buffer));
        } finally {
            fd.release();
        }
    }

    /** Writes once from the whole buffer; bytes written. */
    public static long write(Fd fd, MemorySegment buffer) {
        int number = fd.acquire();
        try {
            long n;
            do {
                n = writeRaw(number, buffer, 0, buffer.byteSize());
            } while (n == -Errno.EINTR);
            return Native.check(n, "write", arguments(number, buffer));
        } finally {
            fd.release();
        }
    }

    /** Reads until the buffer is full or the end is reached; bytes read. */
    public static long readFully(Fd fd, MemorySegment buffer) {
        long done = 0;
        while (done < buffer.byteSize()) {
            long n = read(fd, buffer.asSlice(done));
            if (n == 0) {
                break;
            }
            done += n;
        }
        return done;
    }

    /** Writes the whole buffer, in as many calls as it takes. */
    public static void writeFully(Fd fd, MemorySegment buffer) {
        long done = 0;
        while (done < buffer.byteSize()) {
            done += write(fd, buffer.asSlice(done));
        }
    }

    /** Reads once at {@code position}; bytes read, 0 at the end. */
    public static long pread(Fd fd, MemorySegment buffer, long position) {
        int number = fd.acquire();
        try {
            long n;
            do {
                n = preadRaw(number, buffer, 0, buffer.byteSize(), position);
            } while (n == -Errno.EINTR);
            return Native.check(n, "pread", arguments(number, buffer) + ", position=" + position);
        } finally {
            fd.release();
        }
    }

    /** Writes once at {@code position}; bytes written. */
    public static long pwrite(Fd fd, MemorySegment buffer, long position) {
        int number = fd.acquire();
        try {
            long n;
            do {
                n = pwriteRaw(number, buffer, 0, buffer.byteSize(), position);
            } while (n == -Errno.EINTR);
            return Native.check(n, "pwrite", arguments(number, buffer) + ", position=" + position);
        } finally {
            fd.release();
        }
    }

    /** Moves the position; returns the new one in bytes from the start. */
    public static long lseek(Fd fd, long offset, int whence) {
        int number = fd.acquire();
        try {
            return Native.check(lseekRaw(number, offset, whence), "lseek",
                    "fd=" + number + ", offset=" + offset + ", whence=" + whence);
        } finally {
            fd.release();
        }
    }

    /** Sets the size in bytes. */
    public static void ftruncate(Fd fd, long size) {
        int number = fd.acquire();
        try {
            int r;
            do {
                r = ftruncateRaw(number, size);
            } while (r == -Errno.EINTR);
            Native.check(r, "ftruncate", "fd=" + number + ", size=" + size);
        } finally {
            fd.release();
        }
    }

    /** Waits until content and metadata are on the device. */
    public static void fsync(Fd fd) {
        int number = fd.acquire();
        try {
            Native.check(fsyncRaw(number), "fsync", "fd=" + number);
        } finally {
            fd.release();
        }
    }

    private static String arguments(int fd, MemorySegment buffer) {
        return "fd=" + fd + ", length=" + buffer.byteSize();
    }
}

package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.LONG;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * Memory mapped by mmap(2), unmapped by {@link #close}. After that every access through its segment is an
 * {@link IllegalStateException}, never a crash.
 */
public abstract sealed class Mapping implements AutoCloseable permits SharedMapping, AnonymousMapping {

    /** No access. */
    public static final int PROT_NONE = 0;
    public static final int PROT_READ = 1;
    public static final int PROT_WRITE = 2;
    public static final int PROT_EXEC = 4;

    public static final int MADV_WILLNEED = 3;
    /** Drops the pages: private anonymous memory reads as zero afterwards. */
    public static final int MADV_DONTNEED = 4;
    public static final int MADV_HUGEPAGE = 14;
    public static final int MADV_NOHUGEPAGE = 15;

    /** Bytes of a page. */
    public static final long PAGE = pageSize();

    static final int MAP_SHARED = 1;
    static final int MAP_PRIVATE = 2;
    static final int MAP_FIXED = 0x10;
    static final int MAP_ANONYMOUS = 0x20;
    static final int MAP_NORESERVE = 0x4000;
    static final int MAP_FIXED_NOREPLACE = 0x100000;

    private static final int CLOSE_ATTEMPTS = 50_000;
    private static final long CLOSE_PAUSE_NANOS = 100_000;

    private static final MethodHandle MMAP = Native.withErrno("mmap", LONG, LONG, LONG, INT, INT, INT, LONG);
    private static final MethodHandle MUNMAP = Native.withErrno("munmap", INT, LONG, LONG);
    private static final MethodHandle MPROTECT = Native.withErrno("mprotect", INT, POINTER, LONG, INT);
    private static final MethodHandle MADVISE = Native.withErrno("madvise", INT, POINTER, LONG, INT);

    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;

    Mapping(long base, long size, int protection, int flags, int fd, long offset) {
        this.segment = map(arena, base, size, protection, flags, fd, offset);
    }

    @SuppressWarnings("restricted")
    private static MemorySegment map(Arena arena, long base, long size, int protection, int flags, int fd,
            long offset) {
        String arguments = "base=0x" + Long.toHexString(base) + ", size=" + size + ", fd=" + fd + ", offset=" + offset;
        if (size <= 0) {
            throw new NativeException("mmap", arguments, Errno.EINVAL);
        }
        MemorySegment state = Native.state();
        long address;
        try {
            address = Native.check(
                    Native.result(state, (long) MMAP.invokeExact(state, base, size, protection, flags, fd, offset)),
                    "mmap", arguments);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        if (base != 0 && address != base) {
            unmap(address, size);
            throw new NativeException("mmap", arguments + ", got=0x" + Long.toHexString(address), Errno.EEXIST);
        }
        return MemorySegment.ofAddress(address).reinterpret(size, arena, s -> unmap(s.address(), size));
    }

    private static void unmap(long address, long size) {
        MemorySegment state = Native.state();
        try {
            int r = Native.result(state, (int) MUNMAP.invokeExact(state, address, size));
            Native.check(r, "munmap", "address=0x" + Long.toHexString(address) + ", size=" + size);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Maps something else over a page-aligned part of this mapping, whose addresses stay as they are. */
    final void replace(long offset, long length, int flags, int fd, long fileOffset) {
        if (offset % PAGE != 0 || length <= 0 || length % PAGE != 0 || fileOffset < 0 || fileOffset % PAGE != 0) {
            throw new IllegalArgumentException(
                    "not whole pages: " + part(offset, length) + ", fileOffset=" + fileOffset + ", page=" + PAGE);
        }
        long at = segment.asSlice(offset, length).address();
        MemorySegment state = Native.state();
        try {
            long r = Native.result(state, (long) MMAP.invokeExact(state, at, length, PROT_READ | PROT_WRITE,
                    flags | MAP_FIXED, fd, fileOffset));
            Native.check(r, "mmap", part(offset, length) + ", fd=" + fd + ", fileOffset=" + fileOffset);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** The memory; any thread may use it until close. */
    public MemorySegment segment() {
        return segment;
    }

    /** Bytes mapped. */
    public long size() {
        return segment.byteSize();
    }

    /** Changes the protection of a page-aligned part: bits of PROT_READ and its siblings. */
    public void protect(long offset, long length, int protection) {
        MemorySegment state = Native.state();
        try {
            int r = Native.result(state,
                    (int) MPROTECT.invokeExact(state, segment.asSlice(offset, length), length, protection));
            Native.check(r, "mprotect", part(offset, length) + ", protection=" + protection);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Tells the kernel about a page-aligned part, see MADV_DONTNEED and its siblings. */
    public void advise(long offset, long length, int advice) {
        MemorySegment state = Native.state();
        try {
            int r = Native.result(state,
                    (int) MADVISE.invokeExact(state, segment.asSlice(offset, length), length, advice));
            Native.check(r, "madvise", part(offset, length) + ", advice=" + advice);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    private static String part(long offset, long length) {
        return "offset=" + offset + ", length=" + length;
    }

    /** Whether {@link #close} was called. */
    public boolean isClosed() {
        return !segment.scope().isAlive();
    }

    /**
     * Unmaps. A native call that another thread is making on the memory is waited for, at most some 5 s: calls that block
     * longer must be wakeable.
     *
     * @throws IllegalStateException when such a call does not leave
     */
    @Override
    public void close() {
        for (int attempt = 0; !isClosed(); attempt++) {
            try {
                arena.close();
            } catch (IllegalStateException inUse) {
                if (isClosed()) {
                    return;
                }
                if (attempt == CLOSE_ATTEMPTS) {
                    throw new IllegalStateException(
                            "mapping stays in use by a native call: size=" + size() + "; wake that call first", inUse);
                }
                LockSupport.parkNanos(CLOSE_PAUSE_NANOS);
            }
        }
    }

    private static long pageSize() {
        MethodHandle sysconf = Native.withErrno("sysconf", LONG, INT);
        MemorySegment state = Native.state();
        int scPageSize = 30;
        try {
            return Native.check(Native.result(state, (long) sysconf.invokeExact(state, scPageSize)), "sysconf",
                    "name=_SC_PAGESIZE");
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}

package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.LONG;
import static org.kakuri.platform.linux.Native.POINTER;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Memory of another process, process_vm_readv(2): needs the right to ptrace it. Any thread may call. */
public final class RemoteMemory {
    /** Most pieces of {@link #gatherRaw}, UIO_MAXIOV. */
    public static final int MOST_PIECES = 1024;
    private static final int PAGE = 4096;
    private static final MethodHandle READ = Native.withErrno("process_vm_readv", LONG, INT, POINTER, LONG, POINTER,
            LONG, LONG);
    private static final MethodHandle WRITE = Native.withErrno("process_vm_writev", LONG, INT, POINTER, LONG, POINTER,
            LONG, LONG);

    private RemoteMemory() {}

    /** Copies bytes from another process: how many, fewer at the end of what is mapped there, or {@code -errno}. */
    public static long readRaw(int pid, long address, MemorySegment to) {
        return copy(READ, pid, address, to);
    }

    /** Copies bytes into another process: how many, or {@code -errno}. Read-only pages give EFAULT. */
    public static long writeRaw(int pid, long address, MemorySegment from) {
        return copy(WRITE, pid, address, from);
    }

    /**
     * Copies pieces from another process, one behind the other: how many bytes, fewer up to the first that is not there, or
     * {@code -errno}.
     *
     * @param addresses where they begin, at most {@value #MOST_PIECES}
     * @param lengths how long each is
     */
    public static long gatherRaw(int pid, long[] addresses, int[] lengths, MemorySegment to) {
        MemorySegment state = Native.state();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment remote = arena.allocate(16L * Math.max(1, addresses.length), 8);
            long bytes = 0;
            for (int i = 0; i < addresses.length; i++) {
                remote.set(LONG, 16L * i, addresses[i]);
                remote.set(LONG, 16L * i + 8, lengths[i]);
                bytes += lengths[i];
            }
            MemorySegment own = arena.allocate(16, 8);
            own.set(LONG, 0, to.asSlice(0, bytes).address());
            own.set(LONG, 8, bytes);
            return Native.result(state, (long) READ.invokeExact(state, pid, own, 1L, remote, (long) addresses.length,
                    0L));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    private static long copy(MethodHandle call, int pid, long address, MemorySegment own) {
        MemorySegment state = Native.state();
        MemorySegment vectors = Native.scratch(state, 0, 32);
        vectors.set(LONG, 0, own.address());
        vectors.set(LONG, 8, own.byteSize());
        vectors.set(LONG, 16, address);
        vectors.set(LONG, 24, own.byteSize());
        try {
            return Native.result(state, (long) call.invokeExact(state, pid, vectors, 1L, vectors.asSlice(16), 1L, 0L));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Copies all of the bytes, or none are to be believed: false. */
    public static boolean read(int pid, long address, byte[] to) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.max(1, to.length));
            if (to.length > 0 && readRaw(pid, address, buffer.asSlice(0, to.length)) != to.length) {
                return false;
            }
            MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, to, 0, to.length);
            return true;
        }
    }

    /** Copies all of the bytes; false if not all of them could be. */
    public static boolean write(int pid, long address, byte[] from) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.max(1, from.length));
            MemorySegment.copy(from, 0, buffer, ValueLayout.JAVA_BYTE, 0, from.length);
            return from.length == 0 || writeRaw(pid, address, buffer.asSlice(0, from.length)) == from.length;
        }
    }

    /**
     * Reads a string that ends with a zero, page by page, so that it may end at the last page that is mapped.
     *
     * @param most longest string to believe in, in bytes
     *
     * @return empty if it cannot be read or is longer
     */
    public static Optional<String> string(int pid, long address, int most) {
        var bytes = new ByteArrayOutputStream();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment page = arena.allocate(PAGE);
            long at = address;
            while (bytes.size() <= most) {
                int length = (int) Math.min(256, PAGE - (at & PAGE - 1));
                long n = readRaw(pid, at, page.asSlice(0, length));
                if (n <= 0) {
                    return Optional.empty();
                }
                for (int i = 0; i < n; i++) {
                    byte b = page.get(ValueLayout.JAVA_BYTE, i);
                    if (b == 0) {
                        return Optional.of(bytes.toString(StandardCharsets.UTF_8));
                    }
                    bytes.write(b);
                }
                at += n;
            }
            return Optional.empty();
        }
    }
}

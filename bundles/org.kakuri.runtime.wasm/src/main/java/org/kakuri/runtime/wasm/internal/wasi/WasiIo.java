package org.kakuri.runtime.wasm.internal.wasi;

import java.lang.foreign.MemorySegment;
import org.kakuri.runtime.wasm.internal.memory.GuestMemory;

/**
 * Moves bytes between vectors in the guest's memory and descriptors. Each vector is read from guest memory once and checked
 * then. One vector is moved without a copy in between; several go through scratch memory by one call, so that a read never
 * blocks for a later vector while bytes for an earlier one are there.
 */
final class WasiIo {
    /** Most vectors in one call, IOV_MAX of Linux. */
    private static final int MOST_VECTORS = 1024;
    private static final int VECTOR_BYTES = 8;

    private final MemorySegment scratch;
    private final long[] starts = new long[MOST_VECTORS];
    private final long[] lengths = new long[MOST_VECTORS];

    WasiIo(MemorySegment scratch) {
        this.scratch = scratch;
    }

    /** One call that moves bytes. */
    @FunctionalInterface
    interface Move {
        /** Moves; the position is -1 for the descriptor's own. */
        long bytes(GuestFd fd, MemorySegment buffer, long offset, long length, long position);
    }

    static final Move READ = (fd, buffer, offset, length, position) -> fd.calls.read(fd.number, buffer, offset, length);
    static final Move WRITE = (fd, buffer, offset, length, position) -> fd.calls.write(fd.number, buffer, offset,
            length);
    static final Move PREAD = (fd, buffer, offset, length, position) -> fd.calls.pread(fd.number, buffer, offset,
            length, position);
    static final Move PWRITE = (fd, buffer, offset, length, position) -> fd.calls.pwrite(fd.number, buffer, offset,
            length, position);

    /** Reads into vectors; a WASI error number. The count is stored at {@code result}. */
    int read(GuestMemory memory, GuestFd fd, int vectors, int count, int result, Move move, long position) {
        memory.range(result, 4);
        long n;
        if (count == 1) {
            int length = memory.readInt(vectors + 4);
            long at = memory.range(memory.readInt(vectors), length);
            n = length == 0 ? 0
                    : move.bytes(fd, memory.segment(), at, Integer.toUnsignedLong(length), position);
        } else if (count < 0 || count > MOST_VECTORS) {
            return WasiErrno.INVAL;
        } else {
            n = scatter(memory, fd, take(memory, vectors, count), count, move, position);
        }
        return finish(memory, n, result);
    }

    /** Writes from vectors, all of them if the descriptor takes them; a WASI error number. */
    int write(GuestMemory memory, GuestFd fd, int vectors, int count, int result, Move move, long position) {
        memory.range(result, 4);
        long n;
        if (count == 1) {
            int length = memory.readInt(vectors + 4);
            long at = memory.range(memory.readInt(vectors), length);
            n = writeAll(fd, memory.segment(), at, Integer.toUnsignedLong(length), move, position);
        } else if (count < 0 || count > MOST_VECTORS) {
            return WasiErrno.INVAL;
        } else {
            n = gather(memory, fd, take(memory, vectors, count), count, move, position);
        }
        return finish(memory, n, result);
    }

    private static int finish(GuestMemory memory, long n, int result) {
        if (n < 0) {
            return WasiErrno.of(n);
        }
        memory.writeI32(result, (int) n);
        return WasiErrno.SUCCESS;
    }

    /** Copies the vectors and returns the sum of their lengths. */
    private long take(GuestMemory memory, int vectors, int count) {
        memory.range(vectors, count * VECTOR_BYTES);
        long total = 0;
        for (int i = 0; i < count; i++) {
            int length = memory.readInt(vectors + i * VECTOR_BYTES + 4);
            starts[i] = memory.range(memory.readInt(vectors + i * VECTOR_BYTES), length);
            lengths[i] = Integer.toUnsignedLong(length);
            total += lengths[i];
        }
        return total;
    }

    private long scatter(GuestMemory memory, GuestFd fd, long total, int count, Move move, long position) {
        long done = 0;
        int vector = 0;
        long within = 0;
        while (done < total) {
            long wanted = Math.min(total - done, scratch.byteSize());
            long n = move.bytes(fd, scratch, 0, wanted, position < 0 ? -1 : position + done);
            if (n <= 0) {
                return done > 0 ? done : n;
            }
            for (long used = 0; used < n;) {
                long part = Math.min(n - used, lengths[vector] - within);
                MemorySegment.copy(scratch, used, memory.segment(), starts[vector] + within, part);
                used += part;
                within += part;
                if (within == lengths[vector]) {
                    vector++;
                    within = 0;
                }
            }
            done += n;
            if (n < wanted || !fd.isRegular()) {
                break;
            }
        }
        return done;
    }

    private long gather(GuestMemory memory, GuestFd fd, long total, int count, Move move, long position) {
        long done = 0;
        int vector = 0;
        long within = 0;
        while (done < total) {
            long filled = 0;
            while (filled < scratch.byteSize() && vector < count) {
                long part = Math.min(scratch.byteSize() - filled, lengths[vector] - within);
                MemorySegment.copy(memory.segment(), starts[vector] + within, scratch, filled, part);
                filled += part;
                within += part;
                if (within == lengths[vector]) {
                    vector++;
                    within = 0;
                }
            }
            long n = writeAll(fd, scratch, 0, filled, move, position < 0 ? -1 : position + done);
            if (n < 0) {
                return done > 0 ? done : n;
            }
            done += n;
            if (n < filled) {
                break;
            }
        }
        return done;
    }

    /** Repeats short writes, as a blocking write of POSIX does; what an error leaves is reported by the next call. */
    private static long writeAll(GuestFd fd, MemorySegment buffer, long offset, long length, Move move, long position) {
        long done = 0;
        while (done < length) {
            long n = move.bytes(fd, buffer, offset + done, length - done, position < 0 ? -1 : position + done);
            if (n <= 0) {
                return done > 0 ? done : n;
            }
            done += n;
        }
        return done;
    }
}

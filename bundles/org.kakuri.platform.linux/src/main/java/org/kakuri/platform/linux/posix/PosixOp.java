package org.kakuri.platform.linux.posix;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Every call of {@link PosixCalls}: its code on the call page, how its arguments travel, what result is believable, and how
 * the server runs it. Client and server both work from these rows.
 * <p>
 * Each argument takes one of the six slots, in order. Input bytes lie one after the other from the start of the data area,
 * each at a multiple of 8; output bytes are written to the start of the data area, when all input was used.
 */
public enum PosixOp {

    READ(0, "read", Result.AT_MOST_OUT, (c, a) -> c.read(a.fd(0), a.data(), 0, a.size(1)), Kind.FD, Kind.OUT),
    WRITE(1, "write", Result.AT_MOST_IN, (c, a) -> c.write(a.fd(0), a.data(), 0, a.size(1)), Kind.FD, Kind.IN),
    WRITE_THEN_READ(2, "writeThenRead", Result.AT_MOST_OUT, (c, a) -> c.writeThenRead(a.fd(0), a.fd(1), a.data(), 0,
            a.size(2), a.data(), 0, a.size(3)), Kind.FD, Kind.FD, Kind.IN, Kind.OUT),
    PREAD(3, "pread", Result.AT_MOST_OUT, (c, a) -> c.pread(a.fd(0), a.data(), 0, a.size(1), a.size(2)), Kind.FD,
            Kind.OUT,
            Kind.LONG),
    PWRITE(4, "pwrite", Result.AT_MOST_IN, (c, a) -> c.pwrite(a.fd(0), a.data(), 0, a.size(1), a.size(2)), Kind.FD,
            Kind.IN,
            Kind.LONG),
    OPENAT(5, "openat", Result.INT, (c, a) -> c.openat(a.fd(0), a.path(1), a.integer(2), a.integer(3)), Kind.FD,
            Kind.PATH,
            Kind.INT, Kind.INT),
    CLOSE(6, "close", Result.ZERO, (c, a) -> c.close(a.fd(0)), Kind.FD),
    LSEEK(7, "lseek", Result.ANY, (c, a) -> c.lseek(a.fd(0), a.size(1), a.integer(2)), Kind.FD, Kind.LONG, Kind.INT),
    FSTAT(8, "fstat", Result.ZERO, (c, a) -> c.fstat(a.fd(0), a.data(), 0, a.size(1)), Kind.FD, Kind.OUT),
    FSTATAT(9, "fstatat", Result.ZERO, (c, a) -> c.fstatat(a.fd(0), a.path(1), a.integer(2), a.data(), 0, a.size(3)),
            Kind.FD, Kind.PATH, Kind.INT, Kind.OUT),
    FSYNC(10, "fsync", Result.ZERO, (c, a) -> c.fsync(a.fd(0)), Kind.FD),
    FDATASYNC(11, "fdatasync", Result.ZERO, (c, a) -> c.fdatasync(a.fd(0)), Kind.FD),
    FTRUNCATE(12, "ftruncate", Result.ZERO, (c, a) -> c.ftruncate(a.fd(0), a.size(1)), Kind.FD, Kind.LONG),
    GETDENTS64(13, "getdents64", Result.AT_MOST_OUT, (c, a) -> c.getdents64(a.fd(0), a.data(), 0, a.size(1)), Kind.FD,
            Kind.OUT),
    MKDIRAT(14, "mkdirat", Result.ZERO, (c, a) -> c.mkdirat(a.fd(0), a.path(1), a.integer(2)), Kind.FD, Kind.PATH,
            Kind.INT),
    UNLINKAT(15, "unlinkat", Result.ZERO, (c, a) -> c.unlinkat(a.fd(0), a.path(1), a.integer(2)), Kind.FD, Kind.PATH,
            Kind.INT),
    RENAMEAT(16, "renameat", Result.ZERO, (c, a) -> c.renameat(a.fd(0), a.path(1), a.fd(2), a.path(3)), Kind.FD,
            Kind.PATH,
            Kind.FD, Kind.PATH),
    READLINKAT(17, "readlinkat", Result.AT_MOST_OUT, (c, a) -> c.readlinkat(a.fd(0), a.path(1), a.data(), 0, a.size(2)),
            Kind.FD, Kind.PATH, Kind.OUT),
    SYMLINKAT(18, "symlinkat", Result.ZERO, (c, a) -> c.symlinkat(a.path(0), a.fd(1), a.path(2)), Kind.PATH, Kind.FD,
            Kind.PATH),
    LINKAT(19, "linkat", Result.ZERO, (c, a) -> c.linkat(a.fd(0), a.path(1), a.fd(2), a.path(3)), Kind.FD, Kind.PATH,
            Kind.FD, Kind.PATH),
    UTIMENSAT(20, "utimensat", Result.ZERO,
            (c, a) -> c.utimensat(a.fd(0), a.path(1), a.size(2), a.size(3), a.integer(4)),
            Kind.FD, Kind.PATH, Kind.LONG, Kind.LONG, Kind.INT),
    FCNTL_GETFL(21, "fcntlGetFl", Result.INT, (c, a) -> c.fcntlGetFl(a.fd(0)), Kind.FD),
    FCNTL_SETFL(22, "fcntlSetFl", Result.ZERO, (c, a) -> c.fcntlSetFl(a.fd(0), a.integer(1)), Kind.FD, Kind.INT),
    DUP(23, "dup", Result.INT, (c, a) -> c.dup(a.fd(0)), Kind.FD),
    POLL(24, "poll", Result.AT_MOST_ENTRIES, (c, a) -> c.poll(a.data(), 0, a.size(0), a.integer(1)), Kind.IN_OUT,
            Kind.INT),
    ACCEPT(25, "accept", Result.INT, (c, a) -> c.accept(a.fd(0), a.integer(1)), Kind.FD, Kind.INT),
    SHUTDOWN(26, "shutdown", Result.ZERO, (c, a) -> c.shutdown(a.fd(0), a.integer(1)), Kind.FD, Kind.INT);

    /** How an argument travels. */
    public enum Kind {
        /** A descriptor: int in the slot. */
        FD,
        /** An int in the slot. */
        INT,
        /** A long in the slot. */
        LONG,
        /** UTF-8 in the data area; its bytes in the slot. */
        PATH,
        /** Bytes in the data area; their number in the slot. */
        IN,
        /** Room for bytes the server writes to the data area; their number in the slot. */
        OUT,
        /** Bytes in the data area that the server changes in place. */
        IN_OUT
    }

    /** Which results are believable besides {@code -errno}. */
    public enum Result {
        ZERO, INT, ANY, AT_MOST_IN, AT_MOST_OUT,
        /** At most one per struct pollfd. */
        AT_MOST_ENTRIES
    }

    /** Runs an operation. */
    @FunctionalInterface
    interface Executor {
        long run(PosixCalls calls, Arguments arguments);
    }

    private static final PosixOp[] BY_CODE = byCode();
    private static final long POLLFD_BYTES = 8;

    private final int code;
    private final String method;
    private final Result result;
    private final Executor executor;
    private final Kind[] kinds;

    PosixOp(int code, String method, Result result, Executor executor, Kind... kinds) {
        this.code = code;
        this.method = method;
        this.result = result;
        this.executor = executor;
        this.kinds = kinds;
    }

    private static PosixOp[] byCode() {
        PosixOp[] table = new PosixOp[values().length];
        for (PosixOp op : values()) {
            table[op.code] = op;
        }
        return table;
    }

    /** The operation of a code, or null for a code that is none. */
    static PosixOp of(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }

    /** Its number on the call page. */
    public int code() {
        return code;
    }

    /** The method of {@link PosixCalls}. */
    public String method() {
        return method;
    }

    /** Its arguments. */
    public List<Kind> kinds() {
        return List.of(kinds);
    }

    /** Which results the client believes. */
    public Result result() {
        return result;
    }

    long run(PosixCalls calls, Arguments arguments) {
        return executor.run(calls, arguments);
    }

    /** Largest believable result, given the sizes of input and output. */
    long maxResult(long in, long out) {
        return switch (result) {
        case ZERO -> 0;
        case INT -> Integer.MAX_VALUE;
        case ANY -> Long.MAX_VALUE;
        case AT_MOST_IN -> in;
        case AT_MOST_OUT -> out;
        case AT_MOST_ENTRIES -> in / POLLFD_BYTES;
        };
    }

    /** Where the next input begins. */
    static long aligned(long at) {
        return at + 7 & ~7L;
    }

    /** The slots of one request, checked against the kinds before any is used. */
    static final class Arguments {

        private PosixOp op;
        private long[] slots;
        private MemorySegment data;

        /** Whether the slots are well-formed: ints fit, inputs fill exactly {@code length} bytes, outputs fit the data area. */
        boolean take(PosixOp operation, long[] copied, long length, MemorySegment area) {
            this.op = operation;
            this.slots = copied;
            this.data = area;
            long at = 0;
            for (int i = 0; i < operation.kinds.length; i++) {
                long slot = copied[i];
                switch (operation.kinds[i]) {
                case FD, INT -> {
                    if (slot != (int) slot) {
                        return false;
                    }
                }
                case LONG -> {}
                case OUT -> {
                    if (slot < 0 || slot > area.byteSize()) {
                        return false;
                    }
                }
                case PATH, IN, IN_OUT -> {
                    at = aligned(at);
                    if (slot < 0 || slot > length - at) {
                        return false;
                    }
                    at += slot;
                }
                }
            }
            return at == length;
        }

        int fd(int slot) {
            return (int) slots[slot];
        }

        int integer(int slot) {
            return (int) slots[slot];
        }

        long size(int slot) {
            return slots[slot];
        }

        MemorySegment data() {
            return data;
        }

        String path(int slot) {
            long at = 0;
            for (int i = 0; i < slot; i++) {
                if (op.kinds[i] == Kind.PATH || op.kinds[i] == Kind.IN) {
                    at = aligned(at) + slots[i];
                }
            }
            byte[] bytes = data.asSlice(aligned(at), slots[slot]).toArray(ValueLayout.JAVA_BYTE);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}

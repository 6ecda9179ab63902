package org.kakuri.runtime.wasm.internal.wasi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.FileStatus;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.SocketCalls;
import org.kakuri.platform.linux.posix.PosixCalls;
import org.kakuri.platform.linux.posix.PosixOp;
import org.kakuri.runtime.wasm.internal.memory.GuestMemory;
import run.endive.wasm.types.ValType;

/**
 * The calls of trusted applications beyond WASI, import module {@code tzm}: one for each row of {@link PosixOp} that has no
 * method of its own. A descriptor or int is an i32, a long an i64, bytes are an address and a length. Each returns what
 * the row does, or minus a WASI error number.
 */
final class TzmCalls {
    private static final int POLLFD_BYTES = 8;
    private static final int MOST_POLLED = 1023;
    private static final int MOST_PAIRS = 1024;
    private static final int SOCK_TYPE = 0xf;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private TzmCalls() {}

    /** Returns the parameters of a row's function. */
    static List<ValType> parameters(PosixOp op) {
        List<ValType> types = new ArrayList<>();
        for (PosixOp.Kind kind : op.kinds()) {
            switch (kind) {
            case FD, INT -> types.add(ValType.I32);
            case LONG -> types.add(ValType.I64);
            case PATH, IN, OUT, IN_OUT -> types.addAll(List.of(ValType.I32, ValType.I32));
            }
        }
        return types;
    }

    /** Executes a row: descriptors are translated, inputs copied to scratch memory, outputs copied back. */
    static int run(PosixOp op, WasiProcess p, long[] arguments) {
        GuestMemory memory = p.memory();
        MemorySegment scratch = p.scratch();
        long[] slots = new long[6];
        PosixCalls owner = null;
        long in = 0;
        long out = -1;
        int at = 0;
        for (int slot = 0; slot < op.kinds().size(); slot++) {
            switch (op.kinds().get(slot)) {
            case FD -> {
                GuestFd fd = p.descriptors().get((int) arguments[at++]);
                if (fd == null || owner != null && owner != fd.calls) {
                    return fd == null ? -WasiErrno.BADF : -WasiErrno.XDEV;
                }
                owner = fd.calls;
                slots[slot] = fd.number;
            }
            case INT -> slots[slot] = (int) arguments[at++];
            case LONG -> slots[slot] = arguments[at++];
            case OUT -> {
                int length = (int) arguments[at + 1];
                out = memory.range((int) arguments[at], length);
                slots[slot] = Math.min(Integer.toUnsignedLong(length), scratch.byteSize());
                at += 2;
            }
            case PATH, IN, IN_OUT -> {
                int length = (int) arguments[at + 1];
                long from = memory.range((int) arguments[at], length);
                long to = in + 7 & ~7L;
                slots[slot] = op == PosixOp.SEND ? Math.min(Integer.toUnsignedLong(length), scratch.byteSize())
                        : Integer.toUnsignedLong(length);
                if (slots[slot] > scratch.byteSize() - to) {
                    return -WasiErrno.MSGSIZE;
                }
                MemorySegment.copy(memory.segment(), from, scratch, to, slots[slot]);
                in = to + slots[slot];
                at += 2;
            }
            }
        }
        return finish(op, p, owner == null ? p.waiting() : owner, slots, in, out);
    }

    private static int finish(PosixOp op, WasiProcess p, PosixCalls owner, long[] slots, long in, long out) {
        if (!p.descriptors().hasRoom()) {
            return -WasiErrno.MFILE;
        }
        MemorySegment scratch = p.scratch();
        long result = owner.call(op, slots, scratch, in);
        if (op.result() == PosixOp.Result.FD && result >= 0) {
            return add(p, owner, (int) result, type(op, slots));
        }
        if (op.result() == PosixOp.Result.TWO_FDS && result == 0) {
            int first = scratch.get(INT, 0);
            int second = scratch.get(INT, 4);
            scratch.set(INT, 0, add(p, owner, first, type(op, slots)));
            scratch.set(INT, 4, add(p, owner, second, type(op, slots)));
        }
        if (out >= 0) {
            long bytes = op.result() == PosixOp.Result.AT_MOST_OUT ? Math.max(0, result)
                    : slots[op.kinds().indexOf(PosixOp.Kind.OUT)];
            MemorySegment.copy(scratch, 0, p.memory().segment(), out, bytes);
        }
        return result < 0 ? -WasiErrno.of(result) : (int) result;
    }

    private static int add(WasiProcess p, PosixCalls owner, int number, int type) {
        int kind = type;
        if (type < 0) {
            kind = owner.fstat(number, p.scratch(), 0, FileStatus.BYTES) < 0 ? FileTypes.UNKNOWN
                    : FileTypes.ofMode(FileStatus.decode(p.scratch(), 0).type());
        }
        int guest = p.descriptors()
                .add(0, new GuestFd(owner, number, kind, WasiRights.ALL,
                        kind == FileTypes.DIRECTORY ? WasiRights.ALL : 0, null));
        if (guest < 0) {
            owner.close(number);
            return -WasiErrno.MFILE;
        }
        return guest;
    }

    /** The kind of what a row makes, negative where only the owner knows. */
    private static int type(PosixOp op, long[] slots) {
        return switch (op) {
        case SOCKET, SOCKETPAIR -> (slots[1] & SOCK_TYPE) == SocketCalls.SOCK_DGRAM ? FileTypes.SOCKET_DGRAM
                : FileTypes.SOCKET_STREAM;
        case SHM_OPEN -> FileTypes.REGULAR;
        case OPEN -> -1;
        default -> FileTypes.UNKNOWN;
        };
    }

    /** poll(2), with Linux's events; all descriptors must have the same owner, those the guest does not have are POLLNVAL. */
    static int poll(WasiProcess p, int entries, int count, int timeout) {
        if (count < 0 || count > MOST_POLLED) {
            return -WasiErrno.INVAL;
        }
        MemorySegment guest = p.memory().segment();
        long at = p.memory().range(entries, count * POLLFD_BYTES);
        MemorySegment scratch = p.scratch();
        PosixCalls owner = null;
        int invalid = 0;
        boolean[] unknown = new boolean[count];
        for (int i = 0; i < count; i++) {
            long entry = (long) i * POLLFD_BYTES;
            int number = guest.get(INT, at + entry);
            GuestFd fd = p.descriptors().get(number);
            unknown[i] = fd == null && number >= 0;
            invalid += unknown[i] ? 1 : 0;
            if (fd != null && owner != null && owner != fd.calls) {
                return -WasiErrno.NOTSUP;
            }
            owner = fd == null ? owner : fd.calls;
            scratch.set(INT, entry, fd == null ? -1 : fd.number);
            scratch.set(SHORT, entry + 4, guest.get(SHORT, at + entry + 4));
            scratch.set(SHORT, entry + 6, (short) 0);
        }
        int ready = (owner == null ? p.waiting() : owner).poll(scratch, 0, (long) count * POLLFD_BYTES,
                invalid > 0 ? 0 : timeout);
        if (ready < 0) {
            return -WasiErrno.of(ready);
        }
        for (int i = 0; i < count; i++) {
            long entry = (long) i * POLLFD_BYTES;
            guest.set(SHORT, at + entry + 6, unknown[i] ? (short) PollSet.NVAL : scratch.get(SHORT, entry + 6));
        }
        return ready + invalid;
    }

    /** dup(2). */
    static int dup(WasiProcess p, int number) {
        GuestFd fd = p.descriptors().get(number);
        if (fd == null || !p.descriptors().hasRoom()) {
            return fd == null ? -WasiErrno.BADF : -WasiErrno.MFILE;
        }
        int copy = fd.calls.dup(fd.number);
        return copy < 0 ? -WasiErrno.of(copy) : add(p, fd.calls, copy, fd.type);
    }

    /** dup2(2). */
    static int dup2(WasiProcess p, int from, int to) {
        GuestFd fd = p.descriptors().get(from);
        if (fd == null || to < 0 || to >= GuestDescriptors.MOST) {
            return -WasiErrno.BADF;
        }
        if (from == to) {
            return to;
        }
        int copy = fd.calls.dup(fd.number);
        if (copy < 0) {
            return -WasiErrno.of(copy);
        }
        GuestFd replaced = p.descriptors().remove(to);
        if (replaced != null) {
            replaced.calls.close(replaced.number);
        }
        p.descriptors().put(to, new GuestFd(fd.calls, copy, fd.type, fd.rights, 0, null));
        return to;
    }

    /** Puts a file's pages into linear memory. */
    static int map(WasiProcess p, int number, long offset, int at, int bytes) {
        GuestFd fd = p.descriptors().get(number);
        long start = p.memory().range(at, bytes);
        int result = fd == null ? -Errno.EBADF
                : p.shared().map(fd.calls, fd.number, offset, start, Integer.toUnsignedLong(bytes));
        return result < 0 ? -WasiErrno.of(result) : 0;
    }

    /** Ends a mapping. */
    static int unmap(WasiProcess p, int at, int bytes) {
        int result = p.shared().unmap(Integer.toUnsignedLong(at), Integer.toUnsignedLong(bytes));
        return result < 0 ? -WasiErrno.of(result) : 0;
    }

    /** Starts a program; in the request the guest's descriptors are replaced by their owner's numbers. */
    static int spawn(WasiProcess p, int request, int length) {
        MemorySegment scratch = p.scratch();
        long from = p.memory().range(request, length);
        long bytes = Integer.toUnsignedLong(length);
        if (bytes < 16 || bytes > scratch.byteSize()) {
            return -WasiErrno.INVAL;
        }
        MemorySegment.copy(p.memory().segment(), from, scratch, 0, bytes);
        int pairs = scratch.get(INT, 0);
        if (pairs < 0 || pairs > MOST_PAIRS || 16 + 8L * pairs > bytes) {
            return -WasiErrno.INVAL;
        }
        for (int i = 0; i < pairs; i++) {
            GuestFd fd = p.descriptors().get(scratch.get(INT, 16 + 8L * i));
            boolean nowhere = fd != null && fd.calls == Nowhere.INSTANCE;
            if (fd == null || !nowhere && fd.calls != p.waiting()) {
                return -WasiErrno.BADF;
            }
            scratch.set(INT, 16 + 8L * i, nowhere ? -1 : fd.number);
        }
        long result = p.waiting().call(PosixOp.SPAWN, new long[] {bytes, 0, 0, 0, 0, 0}, scratch, bytes);
        return result < 0 ? -WasiErrno.of(result) : (int) result;
    }
}

package org.kakuri.platform.linux.posix;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

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
    SHUTDOWN(26, "shutdown", Result.ZERO, (c, a) -> c.shutdown(a.fd(0), a.integer(1)), Kind.FD, Kind.INT),

    SOCKET(27, "socket", Needs.NAMES, Result.FD, Kind.INT, Kind.INT, Kind.INT),
    /** Two ints out. */
    SOCKETPAIR(28, "socketpair", Needs.NOTHING, Result.TWO_FDS, Kind.INT, Kind.INT, Kind.INT, Kind.OUT),
    BIND(29, "bind", Needs.NAMES, Result.ZERO, Kind.FD, Kind.IN),
    LISTEN(30, "listen", Needs.NAMES, Result.ZERO, Kind.FD, Kind.INT),
    CONNECT(31, "connect", Needs.NAMES, Result.ZERO, Kind.FD, Kind.IN),
    /** Out and result: as much of the address as fits. */
    GETSOCKNAME(32, "getsockname", Needs.NOTHING, Result.AT_MOST_OUT, Kind.FD, Kind.OUT),
    GETPEERNAME(33, "getpeername", Needs.NOTHING, Result.AT_MOST_OUT, Kind.FD, Kind.OUT),
    GETSOCKOPT(34, "getsockopt", Needs.NOTHING, Result.AT_MOST_OUT, Kind.FD, Kind.INT, Kind.INT, Kind.OUT),
    SETSOCKOPT(35, "setsockopt", Needs.NOTHING, Result.ZERO, Kind.FD, Kind.INT, Kind.INT, Kind.IN),
    SEND(36, "send", Needs.NOTHING, Result.AT_MOST_IN, Kind.FD, Kind.IN, Kind.INT),
    RECV(37, "recv", Needs.NOTHING, Result.AT_MOST_OUT, Kind.FD, Kind.OUT, Kind.INT),
    SENDTO(38, "sendto", Needs.NAMES, Result.AT_MOST_IN, Kind.FD, Kind.IN, Kind.INT, Kind.IN),
    /** Out: length of the address (int) @0, address @8, bytes @{@link #RECEIVED_AT}; the result counts all of it. */
    RECVFROM(39, "recvfrom", Needs.NOTHING, Result.AT_MOST_OUT, Kind.FD, Kind.OUT, Kind.INT),
    /** Two ints out, the reader first. */
    PIPE(40, "pipe", Needs.NOTHING, Result.TWO_FDS, Kind.INT, Kind.OUT),
    EVENTFD(41, "eventfd", Needs.NOTHING, Result.FD, Kind.INT, Kind.INT),

    TIMERFD_CREATE(42, "timerfd_create", Needs.NOTHING, Result.FD, Kind.INT, Kind.INT),
    /** ns until it expires and interval; out: the two before. */
    TIMERFD_SETTIME(43, "timerfd_settime", Needs.NOTHING, Result.ZERO, Kind.FD, Kind.INT, Kind.LONG, Kind.LONG,
            Kind.OUT),
    TIMERFD_GETTIME(44, "timerfd_gettime", Needs.NOTHING, Result.ZERO, Kind.FD, Kind.OUT),
    /** Clock, flags, ns; out: ns left when it was interrupted. */
    NANOSLEEP(45, "nanosleep", Needs.NOTHING, Result.ZERO, Kind.INT, Kind.INT, Kind.LONG, Kind.OUT),

    GETPID(46, "getpid", Needs.IDENTITY, Result.INT),
    GETPPID(47, "getppid", Needs.IDENTITY, Result.INT),
    KILL(48, "kill", Needs.IDENTITY, Result.ZERO, Kind.INT, Kind.INT),
    SIGQUEUE(49, "sigqueue", Needs.IDENTITY, Result.ZERO, Kind.INT, Kind.INT, Kind.LONG),
    /** Signal; 0 default, 1 ignore, 2 catch, -1 only ask, the result then; flags of sigaction; signals masked meanwhile. */
    SIGACTION(50, "sigaction", Needs.IDENTITY, Result.INT, Kind.INT, Kind.INT, Kind.INT, Kind.LONG),
    /** 0 block, 1 unblock, 2 set, 3 only ask; signals; out: those masked before. */
    SIGPROCMASK(51, "sigprocmask", Needs.IDENTITY, Result.ZERO, Kind.INT, Kind.LONG, Kind.OUT),
    SIGPENDING(52, "sigpending", Needs.IDENTITY, Result.ZERO, Kind.OUT),
    /**
     * Takes a signal whose handler is to run and masks what that handler masks; 1 and a mask: the last handler returned, so
     * that mask holds again. Out: the signal's record, then the mask to give back; result: its number, 0 if there is none.
     */
    SIGNEXT(53, "signext", Needs.IDENTITY, Result.SIGNAL, Kind.INT, Kind.LONG, Kind.OUT),
    /** Signals, ns (negative: for ever); out: the record. */
    SIGTIMEDWAIT(54, "sigtimedwait", Needs.IDENTITY, Result.SIGNAL, Kind.LONG, Kind.LONG, Kind.OUT),
    /** Waits with that mask until a handler is to run; always an error. */
    SIGSUSPEND(55, "sigsuspend", Needs.IDENTITY, Result.ZERO, Kind.LONG),

    MQ_OPEN(56, "mq_open", Needs.NAMES, Result.FD, Kind.PATH, Kind.INT, Kind.INT, Kind.LONG, Kind.LONG),
    MQ_UNLINK(57, "mq_unlink", Needs.NAMES, Result.ZERO, Kind.PATH),
    /** Message, priority, deadline in ns since 1970 (negative: none). */
    MQ_SEND(58, "mq_send", Needs.NOTHING, Result.ZERO, Kind.FD, Kind.IN, Kind.INT, Kind.LONG),
    /** Out: priority (int) @0, message @8; the result counts both. */
    MQ_RECEIVE(59, "mq_receive", Needs.NOTHING, Result.AT_MOST_OUT, Kind.FD, Kind.OUT, Kind.LONG),
    /** Out: flags, maxmsg, msgsize, curmsgs, longs. */
    MQ_GETATTR(60, "mq_getattr", Needs.NOTHING, Result.ZERO, Kind.FD, Kind.OUT),
    MQ_SETATTR(61, "mq_setattr", Needs.NOTHING, Result.ZERO, Kind.FD, Kind.LONG, Kind.OUT),
    /** -1 no more, 0 by signal, 1 without; signal; value. */
    MQ_NOTIFY(62, "mq_notify", Needs.IDENTITY, Result.ZERO, Kind.FD, Kind.INT, Kind.INT, Kind.INT),

    SHM_OPEN(63, "shm_open", Needs.NAMES, Result.FD, Kind.PATH, Kind.INT, Kind.INT),
    SHM_UNLINK(64, "shm_unlink", Needs.NAMES, Result.ZERO, Kind.PATH),
    /** A path as the process itself has it, relative to its working directory. */
    OPEN(65, "open", Needs.NAMES, Result.FD, Kind.PATH, Kind.INT, Kind.INT),
    MKFIFO(66, "mkfifo", Needs.NAMES, Result.ZERO, Kind.PATH, Kind.INT),
    UNLINK(67, "unlink", Needs.NAMES, Result.ZERO, Kind.PATH),

    SEM_OPEN(68, "sem_open", Needs.NAMES, Result.INT, Kind.PATH, Kind.INT, Kind.INT, Kind.INT),
    /** The semaphore that lies at an offset of a shared-memory file. */
    SEM_MAP(69, "sem_map", Needs.NAMES, Result.INT, Kind.FD, Kind.LONG),
    SEM_INIT(70, "sem_init", Needs.NAMES, Result.ZERO, Kind.INT, Kind.INT),
    SEM_POST(71, "sem_post", Needs.NAMES, Result.ZERO, Kind.INT),
    /** Deadline in ns since 1970 (negative: none). */
    SEM_WAIT(72, "sem_wait", Needs.NAMES, Result.ZERO, Kind.INT, Kind.LONG),
    SEM_TRYWAIT(73, "sem_trywait", Needs.NAMES, Result.ZERO, Kind.INT),
    SEM_GETVALUE(74, "sem_getvalue", Needs.NAMES, Result.INT, Kind.INT),
    SEM_CLOSE(75, "sem_close", Needs.NAMES, Result.ZERO, Kind.INT),
    SEM_UNLINK(76, "sem_unlink", Needs.NAMES, Result.ZERO, Kind.PATH),

    /** Clock, signal (0: none), value. */
    TIMER_CREATE(77, "timer_create", Needs.IDENTITY, Result.INT, Kind.INT, Kind.INT, Kind.INT),
    TIMER_SETTIME(78, "timer_settime", Needs.IDENTITY, Result.ZERO, Kind.INT, Kind.INT, Kind.LONG, Kind.LONG,
            Kind.OUT),
    TIMER_GETTIME(79, "timer_gettime", Needs.IDENTITY, Result.ZERO, Kind.INT, Kind.OUT),
    TIMER_GETOVERRUN(80, "timer_getoverrun", Needs.IDENTITY, Result.INT, Kind.INT),
    TIMER_DELETE(81, "timer_delete", Needs.IDENTITY, Result.ZERO, Kind.INT),

    /** See {@link GuestChildren#spawn}; result: the child's pid. */
    SPAWN(82, "spawn", Needs.IDENTITY, Result.INT, Kind.IN),
    /** Pid or -1, options; out: the status word of wait4; result: the child's pid, or 0. */
    WAITPID(83, "waitpid", Needs.IDENTITY, Result.INT, Kind.INT, Kind.INT, Kind.OUT);

    /** Where the bytes begin in what {@link #RECVFROM} puts out. */
    public static final int RECEIVED_AT = 136;
    /** Where the message begins in what {@link #MQ_RECEIVE} puts out. */
    public static final int MESSAGE_AT = 8;

    /** The method behind all rows that have none of their own. */
    private static final String GENERIC = "call";

    /** What a guest must have been granted. */
    public enum Needs {
        /** Works on what it holds. */
        NOTHING,
        /** Reaches what has a name in the system, or makes it: {@link LocalPosix#names}. */
        NAMES,
        /** Is this process, with its pid, signals and children: {@link LocalPosix#identity}, which includes names. */
        IDENTITY
    }

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
        ZERO, INT, ANY,
        /** At most the first input. */
        AT_MOST_IN, AT_MOST_OUT,
        /** A descriptor that the guest does not have yet. */
        FD,
        /** 0, and two such descriptors as ints in the output. */
        TWO_FDS,
        /** A signal's number, or 0. */
        SIGNAL,
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
    private static final int HIGHEST_SIGNAL = 64;

    private final int code;
    private final String method;
    private final String call;
    private final Result result;
    private final Executor executor;
    private final Needs needs;
    private final Kind[] kinds;
    private final int[] fdSlots;

    PosixOp(int code, String name, Needs needs, Result result, Kind... kinds) {
        this.code = code;
        this.method = GENERIC;
        this.call = name;
        this.result = result;
        this.executor = (c, a) -> c.call(this, a.slots, a.data, a.length);
        this.needs = needs;
        this.kinds = kinds;
        this.fdSlots = fdSlots(kinds);
    }

    PosixOp(int code, String method, Result result, Executor executor, Kind... kinds) {
        this.code = code;
        this.method = method;
        this.call = method;
        this.needs = Needs.NOTHING;
        this.result = result;
        this.executor = executor;
        this.kinds = kinds;
        this.fdSlots = fdSlots(kinds);
    }

    private static int[] fdSlots(Kind... kinds) {
        return IntStream.range(0, kinds.length).filter(i -> kinds[i] == Kind.FD).toArray();
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

    /** The call's own name. */
    public String call() {
        return call;
    }

    /** Whether it has no method of its own and goes through {@link PosixCalls#call}. */
    public boolean generic() {
        return method.equals(GENERIC);
    }

    /** What a guest must have been granted. */
    public Needs needs() {
        return needs;
    }

    /** Its arguments. */
    public List<Kind> kinds() {
        return List.of(kinds);
    }

    /** Slots that hold descriptors; not to be changed. */
    int[] fdSlots() {
        return fdSlots;
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
        case ZERO, TWO_FDS -> 0;
        case INT, FD -> Integer.MAX_VALUE;
        case SIGNAL -> HIGHEST_SIGNAL;
        case ANY -> Long.MAX_VALUE;
        case AT_MOST_IN -> in;
        case AT_MOST_OUT -> out;
        case AT_MOST_ENTRIES -> in / POLLFD_BYTES;
        };
    }

    /** The slot of the first argument of a kind, or -1. */
    int slotOf(Kind kind) {
        for (int i = 0; i < kinds.length; i++) {
            if (kinds[i] == kind) {
                return i;
            }
        }
        return -1;
    }

    /** Room for output that the slots ask for. */
    long outBytes(long[] slots) {
        int out = slotOf(Kind.OUT);
        return out < 0 ? 0 : slots[out];
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
        private long length;

        /** Whether the slots are well-formed: ints fit, inputs fill exactly {@code length} bytes, outputs fit the data area. */
        boolean take(PosixOp operation, long[] copied, long length, MemorySegment area) {
            this.op = operation;
            this.length = length;
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

        /** An input; a hostile guest can change it meanwhile. */
        MemorySegment in(int slot) {
            long at = 0;
            for (int i = 0; i < slot; i++) {
                if (op.kinds[i] == Kind.PATH || op.kinds[i] == Kind.IN) {
                    at = aligned(at) + slots[i];
                }
            }
            return data.asSlice(aligned(at), slots[slot]);
        }

        /** A copy of an input, to be checked. */
        byte[] copy(int slot) {
            return in(slot).toArray(ValueLayout.JAVA_BYTE);
        }

        /** Room for the output; the inputs lie there too until it is written. */
        MemorySegment out() {
            return data.asSlice(0, op.outBytes(slots));
        }

        String path(int slot) {
            return new String(copy(slot), StandardCharsets.UTF_8);
        }
    }
}

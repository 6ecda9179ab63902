package org.kakuri.platform.linux.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.Map;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.MessageQueues;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PathCalls;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.PosixSharedMemory;
import org.kakuri.platform.linux.Semaphores;
import org.kakuri.platform.linux.SignalDelivery;
import org.kakuri.platform.linux.Signals;
import org.kakuri.platform.linux.SocketCalls;
import org.kakuri.platform.linux.ThreadIds;
import org.kakuri.platform.linux.TimerCalls;
import org.kakuri.platform.linux.WakeFd;

/** What this process does for each row of {@link PosixOp} without a method of its own. Descriptors were checked before. */
final class LocalCalls {

    private static final int TFD_FLAGS = OpenFlags.O_NONBLOCK;
    private static final int EFD_FLAGS = OpenFlags.O_NONBLOCK | 1;
    private static final int PIPE_FLAGS = OpenFlags.O_NONBLOCK | OpenFlags.O_DIRECT;
    private static final int SOCK_TYPE = 0xf;
    private static final int ADDRESS_AT = 8;
    private static final int ADDRESS_MOST = PosixOp.RECEIVED_AT - ADDRESS_AT;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private static final Map<PosixOp, Run> RUNS = new EnumMap<>(PosixOp.class);

    private LocalCalls() {}

    /** Executes one row. */
    @FunctionalInterface
    interface Run {
        /** Runs it; what the row needs was granted. */
        long run(LocalPosix posix, PosixOp.Arguments a);
    }

    static {
        sockets();
        times();
        signals();
        names();
        semaphores();
        RUNS.put(PosixOp.TIMER_CREATE,
                (p, a) -> p.identity().timers().create(a.integer(0), a.integer(1), a.integer(2)));
        RUNS.put(PosixOp.TIMER_SETTIME, (p, a) -> setting(a, out -> p.identity()
                .timers()
                .use(a.integer(0),
                        id -> TimerCalls.setRaw(id, a.integer(1), a.size(2), a.size(3), out))));
        RUNS.put(PosixOp.TIMER_GETTIME, (p, a) -> setting(a,
                out -> p.identity().timers().use(a.integer(0), id -> TimerCalls.getRaw(id, out))));
        RUNS.put(PosixOp.TIMER_GETOVERRUN, (p, a) -> p.identity().timers().use(a.integer(0), TimerCalls::overrunRaw));
        RUNS.put(PosixOp.TIMER_DELETE, (p, a) -> p.identity().timers().delete(a.integer(0)));
        RUNS.put(PosixOp.WAITPID, (p, a) -> p.identity().awaitChild(a.integer(0), a.integer(1), a.out()));
    }

    /** The row's code, or null for those that {@link LocalPosix} executes itself. */
    static Run of(PosixOp op) {
        return RUNS.get(op);
    }

    private static void sockets() {
        RUNS.put(PosixOp.SOCKET, (p, a) -> socketKind(a)
                ? SocketCalls.socketRaw(a.integer(0), a.integer(1), a.integer(2)) : -Errno.EINVAL);
        RUNS.put(PosixOp.BIND, (p, a) -> SocketCalls.bindRaw(a.fd(0), a.in(1)));
        RUNS.put(PosixOp.LISTEN, (p, a) -> SocketCalls.listenRaw(a.fd(0), a.integer(1)));
        RUNS.put(PosixOp.CONNECT, (p, a) -> SocketCalls.connectRaw(a.fd(0), a.in(1)));
        RUNS.put(PosixOp.GETSOCKNAME, (p, a) -> fitting(SocketCalls.getsocknameRaw(a.fd(0), a.out()), a));
        RUNS.put(PosixOp.GETPEERNAME, (p, a) -> fitting(SocketCalls.getpeernameRaw(a.fd(0), a.out()), a));
        RUNS.put(PosixOp.GETSOCKOPT, (p, a) -> fitting(
                SocketCalls.getsockoptRaw(a.fd(0), a.integer(1), a.integer(2), a.out()), a));
        RUNS.put(PosixOp.SETSOCKOPT, (p, a) -> SocketCalls.setsockoptRaw(a.fd(0), a.integer(1), a.integer(2),
                a.in(3)));
        RUNS.put(PosixOp.SEND, (p, a) -> SocketCalls.sendRaw(a.fd(0), a.in(1), a.integer(2)));
        RUNS.put(PosixOp.RECV, (p, a) -> (a.integer(2) & SocketCalls.MSG_TRUNC) != 0 ? -Errno.EINVAL
                : SocketCalls.recvRaw(a.fd(0), a.out(), a.integer(2)));
        RUNS.put(PosixOp.SENDTO, (p, a) -> SocketCalls.sendtoRaw(a.fd(0), a.in(1), a.integer(2), a.in(3)));
        RUNS.put(PosixOp.RECVFROM, (p, a) -> receiveFrom(a));
        RUNS.put(PosixOp.EVENTFD, (p, a) -> (a.integer(1) & ~EFD_FLAGS) == 0
                ? WakeFd.eventfdRaw(a.integer(0), a.integer(1)) : -Errno.EINVAL);
    }

    /** Families and types that stay between processes and networks: no raw packets, no talking to the kernel. */
    private static boolean socketKind(PosixOp.Arguments a) {
        int domain = a.integer(0);
        int type = a.integer(1) & SOCK_TYPE;
        return (domain == SocketCalls.AF_UNIX || domain == SocketCalls.AF_INET || domain == SocketCalls.AF_INET6)
                && (type == SocketCalls.SOCK_STREAM || type == SocketCalls.SOCK_DGRAM
                        || type == SocketCalls.SOCK_SEQPACKET);
    }

    private static long fitting(long length, PosixOp.Arguments a) {
        return Math.min(length, a.out().byteSize());
    }

    private static long receiveFrom(PosixOp.Arguments a) {
        MemorySegment out = a.out();
        if (out.byteSize() < PosixOp.RECEIVED_AT || (a.integer(2) & SocketCalls.MSG_TRUNC) != 0) {
            return -Errno.EINVAL;
        }
        long n = SocketCalls.recvfromRaw(a.fd(0), out.asSlice(PosixOp.RECEIVED_AT), a.integer(2),
                out.asSlice(ADDRESS_AT, ADDRESS_MOST), out.asSlice(0, 4));
        if (n >= 0) {
            out.set(INT, 0, Math.min(out.get(INT, 0), ADDRESS_MOST));
        }
        return n < 0 ? n : n + PosixOp.RECEIVED_AT;
    }

    private static void times() {
        RUNS.put(PosixOp.TIMERFD_CREATE, (p, a) -> (a.integer(1) & ~TFD_FLAGS) == 0
                ? TimerCalls.timerfdRaw(a.integer(0), a.integer(1)) : -Errno.EINVAL);
        RUNS.put(PosixOp.TIMERFD_SETTIME, (p, a) -> setting(a, out -> TimerCalls.timerfdSetRaw(a.fd(0), a.integer(1),
                a.size(2), a.size(3), out)));
        RUNS.put(PosixOp.TIMERFD_GETTIME, (p, a) -> setting(a, out -> TimerCalls.timerfdGetRaw(a.fd(0), out)));
        RUNS.put(PosixOp.NANOSLEEP, (p, a) -> a.out().byteSize() != 8 || a.size(2) < 0 ? -Errno.EINVAL
                : TimerCalls.sleepRaw(a.integer(0), a.integer(1), a.size(2), a.out()));
    }

    @FunctionalInterface
    private interface Setting {
        long into(MemorySegment out);
    }

    private static long setting(PosixOp.Arguments a, Setting call) {
        MemorySegment out = a.out();
        return out.byteSize() == TimerCalls.SETTING_BYTES ? call.into(out) : -Errno.EINVAL;
    }

    private static void signals() {
        RUNS.put(PosixOp.GETPID, (p, a) -> ProcessHandle.current().pid());
        RUNS.put(PosixOp.GETPPID, (p, a) -> ThreadIds.parentPid());
        RUNS.put(PosixOp.KILL, (p, a) -> p.identity().signals().kill(a.integer(0), a.integer(1)));
        RUNS.put(PosixOp.SIGQUEUE, (p, a) -> a.integer(0) <= 0 ? -Errno.EINVAL
                : Signals.queueRaw(a.integer(0), a.integer(1), a.size(2)));
        RUNS.put(PosixOp.SIGACTION,
                (p, a) -> p.identity().signals().action(a.integer(0), a.integer(1), a.integer(2), a.size(3)));
        RUNS.put(PosixOp.SIGPROCMASK, (p, a) -> p.identity().signals().mask(a.integer(0), a.size(1), a.out()));
        RUNS.put(PosixOp.SIGPENDING, (p, a) -> p.identity().signals().pending(a.out()));
        RUNS.put(PosixOp.SIGNEXT, (p, a) -> p.identity().signals().next(a.integer(0), a.size(1), a.out()));
        RUNS.put(PosixOp.SIGTIMEDWAIT, (p, a) -> p.identity().signals().timedWait(a.size(0), a.size(1), a.out()));
        RUNS.put(PosixOp.SIGSUSPEND, (p, a) -> p.identity().signals().suspend(a.size(0)));
    }

    private static void names() {
        RUNS.put(PosixOp.MQ_OPEN, (p, a) -> MessageQueues.openRaw(a.path(0), a.integer(1), a.integer(2), a.size(3),
                a.size(4)));
        RUNS.put(PosixOp.MQ_UNLINK, (p, a) -> MessageQueues.unlinkRaw(a.path(0)));
        RUNS.put(PosixOp.MQ_SEND, (p, a) -> MessageQueues.sendRaw(a.fd(0), a.in(1), a.integer(2), a.size(3)));
        RUNS.put(PosixOp.MQ_RECEIVE, (p, a) -> receive(a));
        RUNS.put(PosixOp.MQ_GETATTR, (p, a) -> a.out().byteSize() < MessageQueues.ATTRIBUTES_BYTES ? -Errno.EINVAL
                : MessageQueues.attributesRaw(a.fd(0), a.out()));
        RUNS.put(PosixOp.MQ_SETATTR, (p, a) -> a.out().byteSize() < MessageQueues.ATTRIBUTES_BYTES ? -Errno.EINVAL
                : MessageQueues.setFlagsRaw(a.fd(0), a.size(1), a.out()));
        RUNS.put(PosixOp.MQ_NOTIFY, (p, a) -> switch (a.integer(1)) {
        case -1 -> MessageQueues.forgetRaw(a.fd(0));
        case 0 -> MessageQueues.notifyRaw(a.fd(0), a.integer(2), a.integer(3));
        case 1 -> MessageQueues.notifyRaw(a.fd(0), 0, 0);
        default -> -Errno.EINVAL;
        });
        RUNS.put(PosixOp.SHM_OPEN, (p, a) -> PosixSharedMemory.openRaw(a.path(0), a.integer(1), a.integer(2)));
        RUNS.put(PosixOp.SHM_UNLINK, (p, a) -> PosixSharedMemory.unlinkRaw(a.path(0)));
        RUNS.put(PosixOp.OPEN, (p, a) -> PathCalls.openatRaw(PathCalls.AT_FDCWD, a.path(0), a.integer(1),
                a.integer(2)));
        RUNS.put(PosixOp.MKFIFO, (p, a) -> PathCalls.mkfifoatRaw(PathCalls.AT_FDCWD, a.path(0), a.integer(1)));
        RUNS.put(PosixOp.UNLINK, (p, a) -> PathCalls.unlinkatRaw(PathCalls.AT_FDCWD, a.path(0), 0));
    }

    /** The priority is received apart, because the message's room is what the queue compares with its message size. */
    private static long receive(PosixOp.Arguments a) {
        MemorySegment out = a.out();
        if (out.byteSize() < PosixOp.MESSAGE_AT) {
            return -Errno.EINVAL;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment priority = arena.allocate(4, 4);
            long n = MessageQueues.receiveRaw(a.fd(0), out.asSlice(PosixOp.MESSAGE_AT), priority, a.size(2));
            if (n < 0) {
                return n;
            }
            out.set(INT, 0, priority.get(ValueLayout.JAVA_INT, 0));
            return n + PosixOp.MESSAGE_AT;
        }
    }

    private static void semaphores() {
        RUNS.put(PosixOp.SEM_OPEN, (p, a) -> p.semaphores().open(a.path(0), a.integer(1), a.integer(2), a.integer(3)));
        RUNS.put(PosixOp.SEM_MAP, (p, a) -> p.semaphores().map(a.fd(0), a.size(1)));
        RUNS.put(PosixOp.SEM_INIT, (p, a) -> p.semaphores()
                .use(a.integer(0),
                        s -> Semaphores.initRaw(s, a.integer(1))));
        RUNS.put(PosixOp.SEM_POST, (p, a) -> p.semaphores().use(a.integer(0), Semaphores::postRaw));
        RUNS.put(PosixOp.SEM_WAIT, (p, a) -> p.semaphores().use(a.integer(0), s -> Semaphores.waitRaw(s, a.size(1))));
        RUNS.put(PosixOp.SEM_TRYWAIT, (p, a) -> p.semaphores().use(a.integer(0), Semaphores::tryWaitRaw));
        RUNS.put(PosixOp.SEM_GETVALUE, (p, a) -> p.semaphores().use(a.integer(0), Semaphores::valueRaw));
        RUNS.put(PosixOp.SEM_CLOSE, (p, a) -> p.semaphores().close(a.integer(0)));
        RUNS.put(PosixOp.SEM_UNLINK, (p, a) -> Semaphores.unlinkRaw(a.path(0)));
    }

    static int pipe(PosixOp.Arguments a, MemorySegment pair) {
        return (a.integer(0) & ~PIPE_FLAGS) == 0 ? Pipe.openRaw(pair, a.integer(0)) : -Errno.EINVAL;
    }

    static int socketpair(PosixOp.Arguments a, MemorySegment pair) {
        return socketKind(a)
                ? SocketCalls.socketpairRaw(a.integer(0), a.integer(1), a.integer(2), pair) : -Errno.EINVAL;
    }

    static boolean isSignalCall(PosixOp op) {
        return op.code() >= PosixOp.GETPID.code() && op.code() <= PosixOp.SIGSUSPEND.code();
    }
}

package org.kakuri.platform.linux.posix;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.FileStatus;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.SharedMapping;

/**
 * POSIX for trusted applications in Java: the calls by their names, over whatever executes them. Results are {@code >= 0} or
 * {@code -errno}, structures are Linux's. One thread.
 * <p>
 * Handlers of signals run at safe points: after each call, and in {@link #safepoint}. A call that a signal interrupted gives
 * {@code -EINTR} after the handler ran, or is made again when all handlers that ran were installed with {@link #SA_RESTART}.
 */
public final class PosixLibrary implements AutoCloseable {

    public static final int SA_RESTART = 0x10000000;
    public static final int SIG_BLOCK = 0;
    public static final int SIG_UNBLOCK = 1;
    public static final int SIG_SETMASK = 2;
    public static final int WNOHANG = 1;
    /** As a time: for ever. */
    public static final long FOREVER = -1;

    private static final long DATA_BYTES = 1 << 17;
    private static final int PAIR_BYTES = 8;
    private static final int RECORD_BYTES = 32;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final PosixCalls calls;
    private final IntFunction<Fd> descriptors;
    private final Arena arena = Arena.ofShared();
    private final List<MemorySegment> levels = new ArrayList<>(List.of(arena.allocate(DATA_BYTES, 8)));
    private final long[] slots = new long[6];
    private final Map<Integer, Installed> handlers = new HashMap<>();

    private MemorySegment data = levels.getFirst();
    private int level;

    private record Installed(Handler handler, int flags) {}

    /** Calls executed by somebody, who stays the caller's; nothing can be mapped. */
    public PosixLibrary(PosixCalls calls) {
        this(calls, number -> {
            throw new NativeException("mmap", "fd=" + number, Errno.EOPNOTSUPP);
        });
    }

    /**
     * Calls executed by somebody, who stays the caller's.
     *
     * @param descriptors brings a descriptor that calls are executed on to this process, see {@code PidFd.getFd}
     */
    public PosixLibrary(PosixCalls calls, IntFunction<Fd> descriptors) {
        this.calls = calls;
        this.descriptors = descriptors;
    }

    /**
     * A signal that was taken.
     *
     * @param signal its number
     * @param code how it was sent
     * @param pid sender or child
     * @param uid sender's user
     * @param value what sigqueue sent, or a child's status
     */
    public record Taken(int signal, int code, int pid, int uid, long value) {}

    /** What a program does for a signal. */
    @FunctionalInterface
    public interface Handler {
        void handle(Taken signal);
    }

    /** A received message and where it came from. */
    public record Received(long result, byte[] address, byte[] bytes) {}

    /** A message of a queue. */
    public record Message(long result, int priority, byte[] bytes) {}

    private long call(PosixOp op, long length, long... arguments) {
        java.util.Arrays.fill(slots, 0);
        System.arraycopy(arguments, 0, slots, 0, arguments.length);
        return calls.call(op, slots, data, length);
    }

    private long plain(PosixOp op, long... arguments) {
        return restarting(() -> call(op, 0, arguments));
    }

    private long restarting(LongSupplier call) {
        long result = call.getAsLong();
        while (safepoint() && result == -Errno.EINTR) {
            result = call.getAsLong();
        }
        return result;
    }

    private int put(long at, byte[] bytes) {
        MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, at, bytes.length);
        return bytes.length;
    }

    private long put(long at, String path) {
        return put(at, path.getBytes(StandardCharsets.UTF_8));
    }

    private byte[] get(long at, long length) {
        return data.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
    }

    /** Runs handlers of signals that came; whether some ran and all allow a call to be made again. */
    public boolean safepoint() {
        if (!calls.signalled()) {
            return false;
        }
        level++;
        if (level == levels.size()) {
            levels.add(arena.allocate(DATA_BYTES, 8));
        }
        data = levels.get(level);
        try {
            return runHandlers();
        } finally {
            level--;
            data = levels.get(level);
        }
    }

    /** With memory of its own: that of the call that was interrupted still holds its arguments or its result. */
    private boolean runHandlers() {
        boolean restart = true;
        boolean ran = false;
        long before = 0;
        while (true) {
            long signal = call(PosixOp.SIGNEXT, 0, ran ? 1 : 0, before, RECORD_BYTES + 8);
            if (signal <= 0) {
                return ran && restart;
            }
            Taken taken = taken();
            before = data.get(LONG, RECORD_BYTES);
            Installed installed = handlers.get((int) signal);
            if (installed != null) {
                restart &= (installed.flags & SA_RESTART) != 0;
                installed.handler.handle(taken);
            }
            ran = true;
        }
    }

    private Taken taken() {
        return new Taken(data.get(INT, 0), data.get(INT, 4), data.get(INT, 8), data.get(INT, 12), data.get(LONG, 16));
    }

    /** Reads; {@code bytes} may be filled in part. */
    public long read(int fd, byte[] bytes) {
        long n = restarting(() -> calls.read(fd, data, 0, Math.min(bytes.length, DATA_BYTES)));
        copy(n, bytes);
        return n;
    }

    private void copy(long n, byte[] bytes) {
        if (n > 0) {
            MemorySegment.copy(data, ValueLayout.JAVA_BYTE, 0, bytes, 0, (int) n);
        }
    }

    /** Writes, perhaps in part. */
    public long write(int fd, byte[] bytes) {
        int length = put(0, bytes);
        return restarting(() -> calls.write(fd, data, 0, length));
    }

    /** One write of several pieces, one after the other. */
    public long writev(int fd, byte[]... pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            all.writeBytes(piece);
        }
        return write(fd, all.toByteArray());
    }

    /** One read into several pieces, one after the other. */
    public long readv(int fd, byte[]... pieces) {
        int length = 0;
        for (byte[] piece : pieces) {
            length += piece.length;
        }
        byte[] all = new byte[length];
        long n = read(fd, all);
        int at = 0;
        for (byte[] piece : pieces) {
            int part = Math.clamp(n - at, 0, piece.length);
            System.arraycopy(all, at, piece, 0, part);
            at += part;
        }
        return n;
    }

    /** Closes. */
    public int close(int fd) {
        return calls.close(fd);
    }

    /** The calls without a face here. */
    public PosixCalls calls() {
        return calls;
    }

    public int fcntlSetFl(int fd, int flags) {
        return calls.fcntlSetFl(fd, flags);
    }

    public int fcntlGetFl(int fd) {
        return calls.fcntlGetFl(fd);
    }

    public int dup(int fd) {
        return calls.dup(fd);
    }

    /** A descriptor and what is waited for; {@code found} is set by {@link #poll}. */
    public static final class Polled {
        private final int fd;
        private final int events;
        private int found;

        public Polled(int fd, int events) {
            this.fd = fd;
            this.events = events;
        }

        /** What the last poll found. */
        public int found() {
            return found;
        }
    }

    /** Waits for descriptors; never made again after a signal. */
    public int poll(int timeoutMillis, Polled... all) {
        for (int i = 0; i < all.length; i++) {
            data.set(INT, 8L * i, all[i].fd);
            data.set(INT, 8L * i + 4, all[i].events & 0xffff);
        }
        int ready = calls.poll(data, 0, 8L * all.length, timeoutMillis);
        for (int i = 0; i < all.length && ready >= 0; i++) {
            all[i].found = data.get(ValueLayout.JAVA_SHORT_UNALIGNED, 8L * i + 6) & 0xffff;
        }
        safepoint();
        return ready;
    }

    public int socket(int domain, int type, int protocol) {
        return (int) plain(PosixOp.SOCKET, domain, type, protocol);
    }

    public int socketpair(int domain, int type, int protocol, int[] pair) {
        return pair(call(PosixOp.SOCKETPAIR, 0, domain, type, protocol, PAIR_BYTES), pair);
    }

    public int pipe(int flags, int[] pair) {
        return pair(call(PosixOp.PIPE, 0, flags, PAIR_BYTES), pair);
    }

    private int pair(long result, int[] pair) {
        if (result == 0) {
            pair[0] = data.get(INT, 0);
            pair[1] = data.get(INT, 4);
        }
        safepoint();
        return (int) result;
    }

    /** The address of a path, {@code struct sockaddr_un}. */
    public static byte[] unixAddress(String path) {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(2 + name.length + 1)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) 1)
                .put(name)
                .array();
    }

    /** An address of this machine, {@code struct sockaddr_in} of 127.0.0.1. */
    public static byte[] loopback(int port) {
        return ByteBuffer.allocate(16).put((byte) 2).put((byte) 0).putShort((short) port).putInt(0x7f000001).array();
    }

    /** The port of a {@code struct sockaddr_in}. */
    public static int port(byte[] address) {
        return ByteBuffer.wrap(address).getShort(2) & 0xffff;
    }

    public int bind(int fd, byte[] address) {
        int length = put(0, address);
        return (int) restarting(() -> call(PosixOp.BIND, length, fd, length));
    }

    public int listen(int fd, int backlog) {
        return (int) plain(PosixOp.LISTEN, fd, backlog);
    }

    public int accept(int fd, int flags) {
        return (int) restarting(() -> calls.accept(fd, flags));
    }

    public int connect(int fd, byte[] address) {
        int length = put(0, address);
        return (int) restarting(() -> call(PosixOp.CONNECT, length, fd, length));
    }

    public int shutdown(int fd, int how) {
        return calls.shutdown(fd, how);
    }

    /** The address, or null and the error in {@code error[0]}. */
    public byte[] getsockname(int fd, int[] error) {
        return name(PosixOp.GETSOCKNAME, fd, error);
    }

    /** The address, or null and the error in {@code error[0]}. */
    public byte[] getpeername(int fd, int[] error) {
        return name(PosixOp.GETPEERNAME, fd, error);
    }

    private byte[] name(PosixOp op, int fd, int[] error) {
        long length = plain(op, fd, 128);
        error[0] = (int) Math.min(0, length);
        return length < 0 ? null : get(0, length);
    }

    /** The value of an option that is an int. */
    public int getsockopt(int fd, int level, int name) {
        long length = plain(PosixOp.GETSOCKOPT, fd, level, name, 4);
        return length < 0 ? (int) length : data.get(INT, 0);
    }

    /** Sets an option that is an int. */
    public int setsockopt(int fd, int level, int name, int value) {
        data.set(INT, 0, value);
        return (int) call(PosixOp.SETSOCKOPT, 4, fd, level, name, 4);
    }

    public long send(int fd, byte[] bytes, int flags) {
        int length = put(0, bytes);
        return restarting(() -> call(PosixOp.SEND, length, fd, length, flags));
    }

    public long recv(int fd, byte[] bytes, int flags) {
        long n = plain(PosixOp.RECV, fd, bytes.length, flags);
        copy(n, bytes);
        return n;
    }

    public long sendto(int fd, byte[] bytes, int flags, byte[] address) {
        int length = put(0, bytes);
        long end = PosixOp.aligned(length);
        int second = put(end, address);
        return restarting(() -> call(PosixOp.SENDTO, end + second, fd, length, flags, second));
    }

    public Received recvfrom(int fd, int room, int flags) {
        long n = plain(PosixOp.RECVFROM, fd, (long) room + PosixOp.RECEIVED_AT, flags);
        return n < 0 ? new Received(n, new byte[0], new byte[0])
                : new Received(n - PosixOp.RECEIVED_AT, get(8, data.get(INT, 0)),
                        get(PosixOp.RECEIVED_AT, n - PosixOp.RECEIVED_AT));
    }

    public int eventfd(int initial, int flags) {
        return (int) plain(PosixOp.EVENTFD, initial, flags);
    }

    public int timerfdCreate(int clock, int flags) {
        return (int) plain(PosixOp.TIMERFD_CREATE, clock, flags);
    }

    /** Times in ns; {@code old}, if not null, gets value and interval before. */
    public int timerfdSettime(int fd, int flags, long value, long interval, long[] old) {
        return setting(plain(PosixOp.TIMERFD_SETTIME, fd, flags, value, interval, 16), old);
    }

    public int timerfdGettime(int fd, long[] now) {
        return setting(plain(PosixOp.TIMERFD_GETTIME, fd, 16), now);
    }

    private int setting(long result, long[] to) {
        if (result == 0 && to != null) {
            to[0] = data.get(LONG, 0);
            to[1] = data.get(LONG, 8);
        }
        return (int) result;
    }

    /** Sleeps; when interrupted, {@code left[0]} gets what was left in ns. Never made again. */
    public int nanosleep(int clock, int flags, long nanos, long[] left) {
        long result = call(PosixOp.NANOSLEEP, 0, clock, flags, nanos, 8);
        if (left != null) {
            left[0] = result == -Errno.EINTR ? data.get(LONG, 0) : 0;
        }
        safepoint();
        return (int) result;
    }

    public int getpid() {
        return (int) plain(PosixOp.GETPID);
    }

    public int getppid() {
        return (int) plain(PosixOp.GETPPID);
    }

    public int kill(int pid, int signal) {
        return (int) plain(PosixOp.KILL, pid, signal);
    }

    public int sigqueue(int pid, int signal, long value) {
        return (int) plain(PosixOp.SIGQUEUE, pid, signal, value);
    }

    /** Installs a handler; {@code mask} is masked while it runs, and the signal itself. */
    public int sigaction(int signal, Handler handler, int flags, long mask) {
        handlers.put(signal, new Installed(handler, flags));
        return (int) plain(PosixOp.SIGACTION, signal, 2, flags, mask);
    }

    public int ignore(int signal) {
        handlers.remove(signal);
        return (int) plain(PosixOp.SIGACTION, signal, 1, 0, 0);
    }

    public int defaultAction(int signal) {
        handlers.remove(signal);
        return (int) plain(PosixOp.SIGACTION, signal, 0, 0, 0);
    }

    /** What holds for a signal: 0 its default action, 1 it is ignored, 2 a handler; a program inherits the first two. */
    public int disposition(int signal) {
        return (int) plain(PosixOp.SIGACTION, signal, -1, 0, 0);
    }

    /** The bit of a signal in a mask. */
    public static long mask(int signal) {
        return 1L << signal - 1;
    }

    /** Changes the mask; {@code old}, if not null, gets the one before. */
    public int sigprocmask(int how, long set, long[] old) {
        long result = call(PosixOp.SIGPROCMASK, 0, how, set, 8);
        if (result == 0 && old != null) {
            old[0] = data.get(LONG, 0);
        }
        safepoint();
        return (int) result;
    }

    /** Masked signals that are pending. */
    public long sigpending() {
        return call(PosixOp.SIGPENDING, 0, 8) == 0 ? data.get(LONG, 0) : 0;
    }

    /** Waits for one of the signals; its number is negative when there was none: -EAGAIN, -EINTR. */
    public Taken sigtimedwait(long set, long nanos) {
        long result = call(PosixOp.SIGTIMEDWAIT, 0, set, nanos, RECORD_BYTES);
        Taken taken = result < 0 ? new Taken((int) result, 0, 0, 0, 0) : taken();
        safepoint();
        return taken;
    }

    public int sigsuspend(long mask) {
        long result = call(PosixOp.SIGSUSPEND, 0, mask);
        safepoint();
        return (int) result;
    }

    /** Maximum 0: the system's default attributes. */
    public int mqOpen(String name, int flags, int mode, long maxMessages, long messageBytes) {
        long length = put(0, name);
        return (int) restarting(() -> call(PosixOp.MQ_OPEN, length, length, flags, mode, maxMessages, messageBytes));
    }

    public int mqUnlink(String name) {
        return named(PosixOp.MQ_UNLINK, name);
    }

    private int named(PosixOp op, String name, long... more) {
        long length = put(0, name);
        long[] arguments = new long[more.length + 1];
        arguments[0] = length;
        System.arraycopy(more, 0, arguments, 1, more.length);
        return (int) restarting(() -> {
            put(0, name);
            return call(op, length, arguments);
        });
    }

    /** Deadline in ns since 1970, or {@link #FOREVER}. */
    public int mqSend(int queue, byte[] message, int priority, long deadline) {
        int length = put(0, message);
        return (int) restarting(() -> call(PosixOp.MQ_SEND, length, queue, length, priority, deadline));
    }

    /** Deadline in ns since 1970, or {@link #FOREVER}; room: at least the queue's message size. */
    public Message mqReceive(int queue, int room, long deadline) {
        long n = plain(PosixOp.MQ_RECEIVE, queue, (long) room + PosixOp.MESSAGE_AT, deadline);
        return n < 0 ? new Message(n, 0, new byte[0])
                : new Message(n - PosixOp.MESSAGE_AT, data.get(INT, 0),
                        get(PosixOp.MESSAGE_AT, n - PosixOp.MESSAGE_AT));
    }

    /** Flags, maximum, message size, messages now. */
    public int mqGetattr(int queue, long[] attributes) {
        return longs(plain(PosixOp.MQ_GETATTR, queue, 32), attributes);
    }

    public int mqSetattr(int queue, long flags, long[] old) {
        return longs(plain(PosixOp.MQ_SETATTR, queue, flags, 32), old);
    }

    private int longs(long result, long[] to) {
        for (int i = 0; result == 0 && to != null && i < 4; i++) {
            to[i] = data.get(LONG, 8L * i);
        }
        return (int) result;
    }

    /** Has a signal sent when a message comes to the empty queue; 0: no signal; -1: no more. */
    public int mqNotify(int queue, int signal, int value) {
        return (int) plain(PosixOp.MQ_NOTIFY, queue, signal < 0 ? -1 : signal == 0 ? 1 : 0, Math.max(0, signal), value);
    }

    public int shmOpen(String name, int flags, int mode) {
        return named(PosixOp.SHM_OPEN, name, flags, mode);
    }

    public int shmUnlink(String name) {
        return named(PosixOp.SHM_UNLINK, name);
    }

    /**
     * Maps shared memory: the very pages that others map. They write them at any time: copy a value once, then check the copy.
     *
     * @throws NativeException if it cannot be mapped, or is shorter than that
     */
    public SharedMapping mmap(int fd, long offset, long length) {
        try (Fd file = descriptors.apply(fd)) {
            if (FileStatus.of(file).size() < offset + length) {
                throw new NativeException("mmap", "fd=" + fd + ", offset=" + offset + ", length=" + length,
                        Errno.EINVAL);
            }
            return SharedMapping.of(file, offset, length, true);
        }
    }

    public int open(String path, int flags, int mode) {
        return named(PosixOp.OPEN, path, flags, mode);
    }

    public int mkfifo(String path, int mode) {
        return named(PosixOp.MKFIFO, path, mode);
    }

    public int unlink(String path) {
        return named(PosixOp.UNLINK, path);
    }

    public int semOpen(String name, int flags, int mode, int value) {
        return named(PosixOp.SEM_OPEN, name, flags, mode, value);
    }

    /** The semaphore at an offset of shared memory. */
    public int semMap(int fd, long offset) {
        return (int) plain(PosixOp.SEM_MAP, fd, offset);
    }

    public int semInit(int semaphore, int value) {
        return (int) plain(PosixOp.SEM_INIT, semaphore, value);
    }

    public int semPost(int semaphore) {
        return (int) plain(PosixOp.SEM_POST, semaphore);
    }

    /** Deadline in ns since 1970, or {@link #FOREVER}. */
    public int semWait(int semaphore, long deadline) {
        return (int) plain(PosixOp.SEM_WAIT, semaphore, deadline);
    }

    public int semTrywait(int semaphore) {
        return (int) plain(PosixOp.SEM_TRYWAIT, semaphore);
    }

    public int semGetvalue(int semaphore) {
        return (int) plain(PosixOp.SEM_GETVALUE, semaphore);
    }

    public int semClose(int semaphore) {
        return (int) plain(PosixOp.SEM_CLOSE, semaphore);
    }

    public int semUnlink(String name) {
        return named(PosixOp.SEM_UNLINK, name);
    }

    public int timerCreate(int clock, int signal, int value) {
        return (int) plain(PosixOp.TIMER_CREATE, clock, signal, value);
    }

    public int timerSettime(int timer, int flags, long value, long interval, long[] old) {
        return setting(plain(PosixOp.TIMER_SETTIME, timer, flags, value, interval, 16), old);
    }

    public int timerGettime(int timer, long[] now) {
        return setting(plain(PosixOp.TIMER_GETTIME, timer, 16), now);
    }

    public int timerGetoverrun(int timer) {
        return (int) plain(PosixOp.TIMER_GETOVERRUN, timer);
    }

    public int timerDelete(int timer) {
        return (int) plain(PosixOp.TIMER_DELETE, timer);
    }

    /**
     * Starts a program; its pid.
     *
     * @param descriptors what the child finds: its number, ours
     */
    public int spawn(String path, List<String> argv, List<String> envp, Map<Integer, Integer> descriptors) {
        ByteArrayOutputStream strings = new ByteArrayOutputStream();
        strings.writeBytes((path + "\0").getBytes(StandardCharsets.UTF_8));
        argv.forEach(a -> strings.writeBytes((a + "\0").getBytes(StandardCharsets.UTF_8)));
        envp.forEach(v -> strings.writeBytes((v + "\0").getBytes(StandardCharsets.UTF_8)));
        ByteBuffer request = ByteBuffer.allocate(16 + 8 * descriptors.size() + strings.size())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(descriptors.size())
                .putInt(argv.size())
                .putInt(envp.size())
                .putInt(GuestChildren.SEARCH);
        descriptors.forEach((child, ours) -> request.putInt(ours).putInt(child));
        request.put(strings.toByteArray());
        int length = put(0, request.array());
        int pid = (int) call(PosixOp.SPAWN, length, length);
        safepoint();
        return pid;
    }

    /** Waits for a child, -1: any; {@code status[0]} gets its status word. */
    public int waitpid(int pid, int options, int[] status) {
        long found = plain(PosixOp.WAITPID, pid, options, 4);
        if (found > 0 && status != null) {
            status[0] = data.get(INT, 0);
        }
        return (int) found;
    }

    /** Frees memory; what was opened stays open. */
    @Override
    public void close() {
        arena.close();
    }
}

package org.kakuri.platform.linux.posix;

import static org.kakuri.platform.linux.posix.LibraryCalls.INT;
import static org.kakuri.platform.linux.posix.LibraryCalls.PAIR_BYTES;
import static org.kakuri.platform.linux.posix.LibraryCalls.DATA_BYTES;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.ValueLayout;
import java.util.function.IntFunction;
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

    private final LibraryCalls guest;
    private final IntFunction<Fd> descriptors;
    private final PosixSockets sockets;
    private final PosixTimers timers;
    private final PosixSignals signals;
    private final PosixQueues queues;
    private final PosixSemaphores semaphores;
    private final PosixChildren children;

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
        this.guest = new LibraryCalls(calls);
        this.descriptors = descriptors;
        this.sockets = new PosixSockets(guest);
        this.timers = new PosixTimers(guest);
        this.signals = new PosixSignals(guest);
        this.queues = new PosixQueues(guest);
        this.semaphores = new PosixSemaphores(guest);
        this.children = new PosixChildren(guest);
    }

    /** Sockets: UNIX and internet, see socket(7). */
    public PosixSockets sockets() {
        return sockets;
    }

    /** Sleeping and timers, see timerfd_create(2) and timer_create(2). Times are in ns. */
    public PosixTimers timers() {
        return timers;
    }

    /** This program as a process and its signals, see signal(7). */
    public PosixSignals signals() {
        return signals;
    }

    /** Message queues, see mq_overview(7). */
    public PosixQueues queues() {
        return queues;
    }

    /** Semaphores with names and in shared memory, see sem_overview(7). */
    public PosixSemaphores semaphores() {
        return semaphores;
    }

    /** Programs that this one starts, see posix_spawn(3). */
    public PosixChildren children() {
        return children;
    }

    /** Runs handlers of signals that came; whether some ran and all allow a call to be made again. */
    public boolean safepoint() {
        return guest.safepoint();
    }

    /** Reads; {@code bytes} may be filled in part. */
    public long read(int fd, byte[] bytes) {
        long n = guest.restarting(() -> guest.posix().read(fd, guest.data(), 0, Math.min(bytes.length, DATA_BYTES)));
        guest.copy(n, bytes);
        return n;
    }

    /** Writes, perhaps in part. */
    public long write(int fd, byte[] bytes) {
        int length = guest.put(0, bytes);
        return guest.restarting(() -> guest.posix().write(fd, guest.data(), 0, length));
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
        return guest.posix().close(fd);
    }

    /** The calls without a face here. */
    public PosixCalls calls() {
        return guest.posix();
    }

    public int fcntlSetFl(int fd, int flags) {
        return guest.posix().fcntlSetFl(fd, flags);
    }

    public int fcntlGetFl(int fd) {
        return guest.posix().fcntlGetFl(fd);
    }

    public int dup(int fd) {
        return guest.posix().dup(fd);
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
            guest.data().set(INT, 8L * i, all[i].fd);
            guest.data().set(INT, 8L * i + 4, all[i].events & 0xffff);
        }
        int ready = guest.posix().poll(guest.data(), 0, 8L * all.length, timeoutMillis);
        for (int i = 0; i < all.length && ready >= 0; i++) {
            all[i].found = guest.data().get(ValueLayout.JAVA_SHORT_UNALIGNED, 8L * i + 6) & 0xffff;
        }
        guest.safepoint();
        return ready;
    }

    public int pipe(int flags, int[] pair) {
        return guest.pair(guest.call(PosixOp.PIPE, 0, flags, PAIR_BYTES), pair);
    }

    public int eventfd(int initial, int flags) {
        return (int) guest.plain(PosixOp.EVENTFD, initial, flags);
    }

    public int shmOpen(String name, int flags, int mode) {
        return guest.named(PosixOp.SHM_OPEN, name, flags, mode);
    }

    public int shmUnlink(String name) {
        return guest.named(PosixOp.SHM_UNLINK, name);
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
        return guest.named(PosixOp.OPEN, path, flags, mode);
    }

    public int mkfifo(String path, int mode) {
        return guest.named(PosixOp.MKFIFO, path, mode);
    }

    public int unlink(String path) {
        return guest.named(PosixOp.UNLINK, path);
    }

    /** Frees memory; what was opened stays open. */
    @Override
    public void close() {
        guest.close();
    }
}

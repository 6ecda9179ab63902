package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The supervisor's end of seccomp user notification, seccomp_unotify(2). A notified call waits until it is answered.
 * One thread receives and answers; {@link #close} by another makes waiting tracees fail with ENOSYS.
 */
public final class SeccompListener implements AutoCloseable {
    private static final long RECEIVE = 0xc0502100L;
    private static final long SEND = 0xc0182101L;
    private static final long ID_VALID = 0x40082102L;
    private static final long ADD_DESCRIPTOR = 0x40182103L;
    private static final long SET_FLAGS = 0x40082104L;
    private static final long SYNC_WAKE_UP = 1;
    private static final int CONTINUE = 1;
    private static final int ADD_AND_SEND = 2;
    private static final int NOTIFICATION_BYTES = 80;
    private static final int RESPONSE_BYTES = 24;
    private static final MethodHandle IOCTL = Native.variadic("ioctl", 2, INT, INT, LONG, LONG);

    private final Fd fd;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment notification = arena.allocate(NOTIFICATION_BYTES, 8);
    private final MemorySegment response = arena.allocate(RESPONSE_BYTES, 8);

    /** Owns the descriptor from now on. */
    public SeccompListener(Fd fd) {
        this.fd = fd;
        ioctl(SET_FLAGS, SYNC_WAKE_UP); // Linux 6.6; without it everything works, slower
    }

    /** Readable when a call waits; hung up when nobody is left who could make one. */
    public Fd fd() {
        return fd;
    }

    /** Takes a notification: 0, or {@code -errno}; ENOENT if the caller was killed meanwhile. */
    public int receive() {
        notification.fill((byte) 0);
        return ioctl(RECEIVE, notification.address());
    }

    /** Who made the call: a thread. */
    public int pid() {
        return notification.get(ValueLayout.JAVA_INT, 8);
    }

    /** The call's number. */
    public int number() {
        return notification.get(ValueLayout.JAVA_INT, 16);
    }

    /** The calling convention's architecture. */
    public int architecture() {
        return notification.get(ValueLayout.JAVA_INT, 20);
    }

    /** Argument 0 to 5. */
    public long argument(int index) {
        return notification.get(ValueLayout.JAVA_LONG, 32 + 8L * index);
    }

    /** Whether the caller still waits: to be asked after its memory was read by pid. */
    public boolean valid() {
        return ioctl(ID_VALID, notification.address()) == 0;
    }

    /** Lets the kernel do the call. */
    public int proceed() {
        return respond(0, CONTINUE);
    }

    /** Answers the call: a result, or {@code -errno}. */
    public int answer(long value) {
        return respond(value, 0);
    }

    private int respond(long value, int flags) {
        response.set(ValueLayout.JAVA_LONG, 0, notification.get(ValueLayout.JAVA_LONG, 0));
        fill(response, value, flags);
        return ioctl(SEND, response.address());
    }

    private static void fill(MemorySegment answer, long value, int flags) {
        boolean error = value < 0 && value >= -4095;
        answer.set(ValueLayout.JAVA_LONG, 8, error ? 0 : value);
        answer.set(ValueLayout.JAVA_INT, 16, error ? (int) value : 0);
        answer.set(ValueLayout.JAVA_INT, 20, flags);
    }

    /** Answers with a new descriptor of the caller's, a copy of one of ours: its number there, or {@code -errno}. */
    public int answerDescriptor(int own, boolean closeOnExec) {
        response.set(ValueLayout.JAVA_LONG, 0, notification.get(ValueLayout.JAVA_LONG, 0));
        response.set(ValueLayout.JAVA_INT, 8, ADD_AND_SEND);
        response.set(ValueLayout.JAVA_INT, 12, own);
        response.set(ValueLayout.JAVA_INT, 16, 0);
        response.set(ValueLayout.JAVA_INT, 20, closeOnExec ? OpenFlags.O_CLOEXEC : 0);
        return ioctl(ADD_DESCRIPTOR, response.address());
    }

    /** Returns the call received last, to be answered later, by any one thread. */
    public Waiting waiting() {
        return new Waiting(notification.get(ValueLayout.JAVA_LONG, 0));
    }

    /** A call that waits; answering fails quietly where the caller, or everybody who could be, is gone. */
    public final class Waiting {
        private final long id;

        private Waiting(long id) {
            this.id = id;
        }

        /** Whether the caller still waits. */
        public boolean valid() {
            try (Arena own = Arena.ofConfined()) {
                MemorySegment which = own.allocate(8, 8);
                which.set(ValueLayout.JAVA_LONG, 0, id);
                return ask(ID_VALID, which) == 0;
            }
        }

        /** Answers the call: a result, or {@code -errno}. False if nobody waits. */
        public boolean answer(long value) {
            return send(value, 0);
        }

        /** Lets the kernel do the call. False if nobody waits. */
        public boolean proceed() {
            return send(0, CONTINUE);
        }

        /** Answers with a new descriptor of the caller's, a copy of one of ours: its number there, or {@code -errno}. */
        public int answerDescriptor(int ours, boolean closeOnExec) {
            try (Arena own = Arena.ofConfined()) {
                MemorySegment added = own.allocate(RESPONSE_BYTES, 8);
                added.set(ValueLayout.JAVA_LONG, 0, id);
                added.set(ValueLayout.JAVA_INT, 8, ADD_AND_SEND);
                added.set(ValueLayout.JAVA_INT, 12, ours);
                added.set(ValueLayout.JAVA_INT, 20, closeOnExec ? OpenFlags.O_CLOEXEC : 0);
                return ask(ADD_DESCRIPTOR, added);
            }
        }

        private boolean send(long value, int flags) {
            try (Arena own = Arena.ofConfined()) {
                MemorySegment answer = own.allocate(RESPONSE_BYTES, 8);
                answer.set(ValueLayout.JAVA_LONG, 0, id);
                fill(answer, value, flags);
                return ask(SEND, answer) == 0;
            }
        }

        private int ask(long request, MemorySegment argument) {
            try {
                return ioctl(request, argument.address());
            } catch (IllegalStateException _) { // closed meanwhile
                return -Errno.EBADF;
            }
        }
    }

    private int ioctl(long request, long argument) {
        MemorySegment state = Native.state();
        int held = fd.acquire();
        try {
            int r;
            do {
                r = Native.result(state, (int) IOCTL.invokeExact(state, held, request, argument));
            } while (r == -Errno.EINTR);
            return r;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        } finally {
            fd.release();
        }
    }

    /** Closes the descriptor; not while another thread is in a call of this object. */
    @Override
    public void close() {
        fd.close();
        arena.close();
    }
}

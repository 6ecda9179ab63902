package org.kakuri.platform.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.IntUnaryOperator;

/**
 * Owns one open file descriptor.
 * <p>
 * Any thread may use and close it. A call that takes an {@code Fd} holds the number while it runs: {@link #close} from
 * another thread makes the {@code Fd} unusable at once, and the kernel's descriptor is released when the last running call
 * leaves, so a number is never reused under a call. Raw calls on {@link #number()} have no such protection.
 */
public final class Fd implements AutoCloseable {

    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_GETFD = 1;
    private static final int F_SETFD = 2;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int FD_CLOEXEC = 1;

    private static final MethodHandle CLOSE = Native.withErrno("close", Native.INT, Native.INT);
    private static final MethodHandle FCNTL = Native.variadic("fcntl", 2, Native.INT, Native.INT, Native.INT,
            Native.INT);

    private static final int CLOSED = 1 << 31;
    private static final VarHandle USERS;

    static {
        try {
            USERS = MethodHandles.lookup().findVarHandle(Fd.class, "users", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int number;
    /** Running calls; the top bit says closed. */
    @SuppressWarnings("unused")
    private volatile int users;

    private Fd(int number) {
        this.number = number;
    }

    /** Takes ownership of a descriptor that is open in this process: the caller must not close it itself. */
    public static Fd own(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("not a descriptor: number=" + number);
        }
        return new Fd(number);
    }

    /**
     * The descriptor's number, to hand to raw calls or to a child.
     *
     * @throws IllegalStateException after close
     */
    public int number() {
        if (users < 0) {
            throw closed();
        }
        return number;
    }

    /** Whether {@link #close} was called. */
    public boolean isClosed() {
        return users < 0;
    }

    /** Runs {@code call} with the number held open. */
    int using(IntUnaryOperator call) {
        acquire();
        try {
            return call.applyAsInt(number);
        } finally {
            release();
        }
    }

    /** Holds the number until {@link #release}. */
    int acquire() {
        int before;
        do {
            before = users;
            if (before < 0) {
                throw closed();
            }
        } while (!USERS.compareAndSet(this, before, before + 1));
        return number;
    }

    void release() {
        int after = (int) USERS.getAndAdd(this, -1) - 1;
        if (after == CLOSED) {
            closeRaw(number);
        }
    }

    /** A second descriptor of the same open file, close-on-exec. */
    public Fd dup() {
        return duplicateAbove(0);
    }

    /** A second descriptor with the lowest free number from {@code lowest} on, close-on-exec. */
    public Fd duplicateAbove(int lowest) {
        return new Fd(checkedFcntl(F_DUPFD_CLOEXEC, lowest));
    }

    /** Whether a program executed in this process image would lose the descriptor. */
    public boolean isCloseOnExec() {
        return (checkedFcntl(F_GETFD, 0) & FD_CLOEXEC) != 0;
    }

    public void setCloseOnExec(boolean on) {
        checkedFcntl(F_SETFD, on ? FD_CLOEXEC : 0);
    }

    /** Whether reads and writes return EAGAIN instead of blocking. A property of the open file: duplicates share it. */
    public boolean isNonBlocking() {
        return (statusFlags() & OpenFlags.O_NONBLOCK) != 0;
    }

    public void setNonBlocking(boolean on) {
        int flags = statusFlags();
        setStatusFlags(on ? flags | OpenFlags.O_NONBLOCK : flags & ~OpenFlags.O_NONBLOCK);
    }

    /** F_GETFL: access mode and status flags, see {@link OpenFlags}. */
    public int statusFlags() {
        return checkedFcntl(F_GETFL, 0);
    }

    /** F_SETFL. */
    public void setStatusFlags(int flags) {
        checkedFcntl(F_SETFL, flags);
    }

    /** fcntl with an int argument: not negative, or {@code -errno}. */
    public static int fcntlRaw(int fd, int command, int argument) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) FCNTL.invokeExact(state, fd, command, argument));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** fcntl with an int argument. */
    public int fcntl(int command, int argument) {
        return checkedFcntl(command, argument);
    }

    private int checkedFcntl(int command, int argument) {
        int result = using(fd -> fcntlRaw(fd, command, argument));
        return (int) Native.check(result, "fcntl",
                "fd=" + number + ", command=" + command + ", argument=" + argument);
    }

    /** close(2): 0 or {@code -errno}. Never repeated: Linux releases the number even when it reports EINTR. */
    public static int closeRaw(int fd) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) CLOSE.invokeExact(state, fd));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Makes this unusable; the second close does nothing. */
    @Override
    public void close() {
        int before;
        do {
            before = users;
            if (before < 0) {
                return;
            }
        } while (!USERS.compareAndSet(this, before, before | CLOSED));
        if (before == 0) {
            closeRaw(number);
        }
    }

    private IllegalStateException closed() {
        return new IllegalStateException("descriptor is closed: fd=" + number);
    }

    @Override
    public String toString() {
        return "fd " + number + (isClosed() ? " (closed)" : "");
    }
}

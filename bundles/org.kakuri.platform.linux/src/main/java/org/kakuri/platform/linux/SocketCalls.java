package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Calls on sockets that somebody else made; {@code >= 0} or {@code -errno}. */
public final class SocketCalls {

    public static final int SHUT_RD = 0;
    public static final int SHUT_WR = 1;
    public static final int SHUT_RDWR = 2;

    private static final int SOCK_CLOEXEC = 0x80000;

    private static final MethodHandle ACCEPT4 = Native.withErrno("accept4", INT, INT, POINTER, POINTER, INT);
    private static final MethodHandle SHUTDOWN = Native.withErrno("shutdown", INT, INT, INT);

    private SocketCalls() {}

    /** accept4(2) of a listening socket: a connected descriptor, close-on-exec; flags: O_NONBLOCK or 0. */
    public static int acceptRaw(int fd, int flags) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) ACCEPT4.invokeExact(state, fd, MemorySegment.NULL, MemorySegment.NULL,
                    flags | SOCK_CLOEXEC));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** shutdown(2), how: {@link #SHUT_RD} and its siblings. */
    public static int shutdownRaw(int fd, int how) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) SHUTDOWN.invokeExact(state, fd, how));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}

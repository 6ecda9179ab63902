package org.kakuri.platform.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Two connected UNIX sockets: what is written to one is read from the other. Both are close-on-exec.
 *
 * @param left  one end
 * @param right the other
 */
public record UnixSocketPair(Fd left, Fd right) implements AutoCloseable {

    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_SEQPACKET = 5;
    private static final int SOCK_CLOEXEC = 0x80000;

    private static final MethodHandle SOCKETPAIR = Native.withErrno("socketpair", Native.INT, Native.INT, Native.INT,
            Native.INT, Native.POINTER);

    /** A stream of bytes each way. */
    public static UnixSocketPair stream() {
        return open(SOCK_STREAM);
    }

    /** Messages whose borders are kept, each way. */
    public static UnixSocketPair messages() {
        return open(SOCK_SEQPACKET);
    }

    private static UnixSocketPair open(int type) {
        MemorySegment state = Native.state();
        MemorySegment both = Native.scratch(state, 0, 8);
        try {
            int r = Native.result(state, (int) SOCKETPAIR.invokeExact(state, AF_UNIX, type | SOCK_CLOEXEC, 0, both));
            Native.check(r, "socketpair", "type=" + type);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        return new UnixSocketPair(Fd.own(both.get(Native.INT, 0)), Fd.own(both.get(Native.INT, 4)));
    }

    /** Closes both ends. */
    @Override
    public void close() {
        left.close();
        right.close();
    }
}

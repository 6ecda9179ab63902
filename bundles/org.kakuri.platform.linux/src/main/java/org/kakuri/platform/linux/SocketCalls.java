package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.LONG;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Sockets, by number; {@code >= 0} or {@code -errno}. Addresses are {@code struct sockaddr_*} as Linux lays them out, in
 * memory of the caller; new descriptors are close-on-exec.
 */
public final class SocketCalls {

    public static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int SOCK_STREAM = 1;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_SEQPACKET = 5;
    public static final int SHUT_RD = 0;
    public static final int SHUT_WR = 1;
    public static final int SHUT_RDWR = 2;
    /** Peeks: what was read stays to be read. */
    public static final int MSG_PEEK = 0x2;
    /** A datagram's real length is the result, however much fits. */
    public static final int MSG_TRUNC = 0x20;
    public static final int MSG_DONTWAIT = 0x40;
    public static final int MSG_WAITALL = 0x100;
    /** No SIGPIPE. */
    public static final int MSG_NOSIGNAL = 0x4000;

    private static final int SOCK_CLOEXEC = 0x80000;
    private static final long LENGTH_AT = 0;

    private static final MethodHandle SOCKET = Native.withErrno("socket", INT, INT, INT, INT);
    private static final MethodHandle SOCKETPAIR = Native.withErrno("socketpair", INT, INT, INT, INT, POINTER);
    private static final MethodHandle BIND = Native.withErrno("bind", INT, INT, POINTER, INT);
    private static final MethodHandle LISTEN = Native.withErrno("listen", INT, INT, INT);
    private static final MethodHandle CONNECT = Native.withErrno("connect", INT, INT, POINTER, INT);
    private static final MethodHandle GETSOCKNAME = Native.withErrno("getsockname", INT, INT, POINTER, POINTER);
    private static final MethodHandle GETPEERNAME = Native.withErrno("getpeername", INT, INT, POINTER, POINTER);
    private static final MethodHandle GETSOCKOPT = Native.withErrno("getsockopt", INT, INT, INT, INT, POINTER, POINTER);
    private static final MethodHandle SETSOCKOPT = Native.withErrno("setsockopt", INT, INT, INT, INT, POINTER, INT);
    private static final MethodHandle SEND = Native.withErrno("send", LONG, INT, POINTER, LONG, INT);
    private static final MethodHandle RECV = Native.withErrno("recv", LONG, INT, POINTER, LONG, INT);
    private static final MethodHandle SENDTO = Native.withErrno("sendto", LONG, INT, POINTER, LONG, INT, POINTER, INT);
    private static final MethodHandle RECVFROM = Native.withErrno("recvfrom", LONG, INT, POINTER, LONG, INT, POINTER,
            POINTER);
    private static final MethodHandle ACCEPT4 = Native.withErrno("accept4", INT, INT, POINTER, POINTER, INT);
    private static final MethodHandle SHUTDOWN = Native.withErrno("shutdown", INT, INT, INT);

    private SocketCalls() {}

    /** socket(2). */
    public static int socketRaw(int domain, int type, int protocol) {
        return (int) Native.call(s -> (int) SOCKET.invokeExact(s, domain, type | SOCK_CLOEXEC, protocol));
    }

    /** socketpair(2): two ints into {@code pair}. */
    public static int socketpairRaw(int domain, int type, int protocol, MemorySegment pair) {
        return (int) Native.call(s -> (int) SOCKETPAIR.invokeExact(s, domain, type | SOCK_CLOEXEC, protocol, pair));
    }

    /** bind(2). */
    public static int bindRaw(int fd, MemorySegment address) {
        return (int) Native.call(s -> (int) BIND.invokeExact(s, fd, address, (int) address.byteSize()));
    }

    /** listen(2). */
    public static int listenRaw(int fd, int backlog) {
        return (int) Native.call(s -> (int) LISTEN.invokeExact(s, fd, backlog));
    }

    /** connect(2). */
    public static int connectRaw(int fd, MemorySegment address) {
        return (int) Native.call(s -> (int) CONNECT.invokeExact(s, fd, address, (int) address.byteSize()));
    }

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

    /** getsockname(2): bytes of the address, of which as many as fit were written. */
    public static int getsocknameRaw(int fd, MemorySegment address) {
        return named(GETSOCKNAME, fd, address);
    }

    /** getpeername(2): bytes of the address, of which as many as fit were written. */
    public static int getpeernameRaw(int fd, MemorySegment address) {
        return named(GETPEERNAME, fd, address);
    }

    private static int named(MethodHandle call, int fd, MemorySegment address) {
        return (int) Native.call(s -> {
            MemorySegment length = length(s, address);
            int r = (int) call.invokeExact(s, fd, address, length);
            return r < 0 ? r : length.get(INT, 0);
        });
    }

    private static MemorySegment length(MemorySegment state, MemorySegment room) {
        MemorySegment length = Native.scratch(state, LENGTH_AT, 4);
        length.set(INT, 0, (int) room.byteSize());
        return length;
    }

    /** getsockopt(2): bytes of the value. */
    public static int getsockoptRaw(int fd, int level, int name, MemorySegment value) {
        return (int) Native.call(s -> {
            MemorySegment length = length(s, value);
            int r = (int) GETSOCKOPT.invokeExact(s, fd, level, name, value, length);
            return r < 0 ? r : length.get(INT, 0);
        });
    }

    /** setsockopt(2). */
    public static int setsockoptRaw(int fd, int level, int name, MemorySegment value) {
        return (int) Native.call(s -> (int) SETSOCKOPT.invokeExact(s, fd, level, name, value, (int) value.byteSize()));
    }

    /** send(2): bytes sent. */
    public static long sendRaw(int fd, MemorySegment bytes, int flags) {
        return Native.call(s -> (long) SEND.invokeExact(s, fd, bytes, bytes.byteSize(), flags));
    }

    /** recv(2): bytes received, 0 at the end. */
    public static long recvRaw(int fd, MemorySegment bytes, int flags) {
        return Native.call(s -> (long) RECV.invokeExact(s, fd, bytes, bytes.byteSize(), flags));
    }

    /** sendto(2): bytes sent; an empty address means the connected peer. */
    public static long sendtoRaw(int fd, MemorySegment bytes, int flags, MemorySegment address) {
        MemorySegment to = address.byteSize() == 0 ? MemorySegment.NULL : address;
        return Native.call(s -> (long) SENDTO.invokeExact(s, fd, bytes, bytes.byteSize(), flags, to,
                (int) address.byteSize()));
    }

    /** recvfrom(2): bytes received; the address's length goes to {@code length}, an int. */
    public static long recvfromRaw(int fd, MemorySegment bytes, int flags, MemorySegment address,
            MemorySegment length) {
        return Native.call(s -> {
            MemorySegment room = length(s, address);
            long n = (long) RECVFROM.invokeExact(s, fd, bytes, bytes.byteSize(), flags, address, room);
            length.set(java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED, 0, room.get(INT, 0));
            return n;
        });
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

package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * UNIX stream sockets by path, unix(7): what the JDK's channels offer, but as descriptors that can carry others. All
 * are close-on-exec.
 */
public final class UnixListener implements AutoCloseable {

    /** Longest path: the size of sun_path without the final zero. */
    public static final int LONGEST = 107;

    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int BACKLOG = 128;
    /** asm-generic/errno.h: the peer went before it was accepted. */
    private static final int ECONNABORTED = 103;
    /** {@code struct sockaddr_un}: family @0, path @2. */
    private static final long ADDRESS_BYTES = 110;

    private static final MethodHandle SOCKET = Native.withErrno("socket", INT, INT, INT, INT);
    private static final MethodHandle BIND = Native.withErrno("bind", INT, INT, POINTER, INT);
    private static final MethodHandle LISTEN = Native.withErrno("listen", INT, INT, INT);
    private static final MethodHandle CONNECT = Native.withErrno("connect", INT, INT, POINTER, INT);
    private static final MethodHandle GETSOCKOPT = Native.withErrno("getsockopt", INT, INT, INT, INT, POINTER, POINTER);

    private final Fd fd;

    private UnixListener(Fd fd) {
        this.fd = fd;
    }

    /**
     * Who was at the other end when it connected, as the kernel says.
     *
     * @param pid
     *            process
     * @param uid
     *            effective user
     * @param gid
     *            effective group
     */
    public record Peer(int pid, int uid, int gid) {}

    /**
     * Makes a socket at a path and listens there. Should this JVM be killed, its guardian deletes the socket.
     *
     * @throws NativeException
     *             EADDRINUSE when the path exists
     */
    public static UnixListener listen(Path path) {
        Fd fd = socket();
        try {
            Native.check(withAddress(BIND, fd, path), "bind", "path=" + path);
            Guardian.bound(path);
            Native.check(fd.using(UnixListener::listenRaw), "listen", "path=" + path);
            return new UnixListener(fd);
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /** Connects; empty when nobody listens there: there is no such path, or whoever listened has ended. */
    public static Optional<Fd> connect(Path path) {
        Fd fd = socket();
        int r;
        try {
            r = withAddress(CONNECT, fd, path);
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
        if (r == 0) {
            return Optional.of(fd);
        }
        fd.close();
        if (r == -Errno.ENOENT || r == -Errno.ECONNREFUSED) {
            return Optional.empty();
        }
        throw new NativeException("connect", "path=" + path, -r);
    }

    /** Returns who is at the other end of a connection. */
    public static Peer peer(Fd connection) {
        int number = connection.acquire();
        MemorySegment state = Native.state();
        MemorySegment credentials = Native.scratch(state, 0, 12);
        MemorySegment length = Native.scratch(state, 16, 4);
        length.set(INT, 0, 12);
        try {
            int r = Native.result(state,
                    (int) GETSOCKOPT.invokeExact(state, number, SOL_SOCKET, SO_PEERCRED, credentials, length));
            Native.check(r, "getsockopt(SO_PEERCRED)", "fd=" + number);
            return new Peer(credentials.get(INT, 0), credentials.get(INT, 4), credentials.get(INT, 8));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        } finally {
            connection.release();
        }
    }

    private static Fd socket() {
        MemorySegment state = Native.state();
        try {
            int r = Native.result(state, (int) SOCKET.invokeExact(state, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
            return Fd.own((int) Native.check(r, "socket", "AF_UNIX"));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    private static int withAddress(MethodHandle call, Fd fd, Path path) {
        byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > LONGEST) {
            throw new NativeException("sockaddr_un", "path=" + path + ", bytes=" + bytes.length + " of " + LONGEST,
                    Errno.ENAMETOOLONG);
        }
        int number = fd.acquire();
        MemorySegment state = Native.state();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(ADDRESS_BYTES, 2);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, 2, bytes.length);
            int r;
            do {
                r = Native.result(state, (int) call.invokeExact(state, number, address, (int) ADDRESS_BYTES));
            } while (r == -Errno.EINTR);
            return r;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        } finally {
            fd.release();
        }
    }

    private static int listenRaw(int number) {
        MemorySegment state = Native.state();
        try {
            return Native.result(state, (int) LISTEN.invokeExact(state, number, BACKLOG));
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Readable when somebody waits to be accepted; owned by this object. */
    public Fd fd() {
        return fd;
    }

    /** Takes the next connection, waiting for it; empty if it has gone again. */
    public Optional<Fd> accept() {
        int r = fd.using(number -> SocketCalls.acceptRaw(number, 0));
        if (r == -ECONNABORTED || r == -Errno.EINTR || r == -Errno.EAGAIN) {
            return Optional.empty();
        }
        return Optional.of(Fd.own((int) Native.check(r, "accept4", "fd=" + fd.number())));
    }

    /** Stops listening. The path stays. */
    @Override
    public void close() {
        fd.close();
    }
}

package org.kakuri.system.tzmediator.internal.posix;

import static org.kakuri.system.tzmediator.internal.posix.World.check;
import static org.kakuri.system.tzmediator.internal.posix.World.is;

import java.util.Arrays;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.SocketCalls;
import org.kakuri.platform.linux.posix.PosixSockets;

/** Sockets. */
final class SocketRows {
    private static final int UNIX = SocketCalls.AF_UNIX;
    private static final int INET = SocketCalls.AF_INET;
    private static final int STREAM = SocketCalls.SOCK_STREAM;
    private static final int DGRAM = SocketCalls.SOCK_DGRAM;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int SO_TYPE = 3;
    private static final int SO_ERROR = 4;

    private SocketRows() {}

    static void add(Rows table) {
        unix(table);
        pairs(table);
        inet(table);
    }

    private static void unix(Rows table) {
        table.row("UNIX socket", "bind, listen, connect, accept; ENOENT, ECONNREFUSED; names", w -> {
            byte[] address = PosixSockets.unixAddress(w.path("stream"));
            int[] error = new int[1];
            int server = w.posix.sockets().socket(UNIX, STREAM, 0);
            int client = w.posix.sockets().socket(UNIX, STREAM, 0);
            is(-Errno.ENOENT, w.posix.sockets().connect(client, address));
            is(0, w.posix.sockets().bind(server, address));
            is(-Errno.ECONNREFUSED, w.posix.sockets().connect(client, address));
            is(0, w.posix.sockets().listen(server, 4));
            is(0, w.posix.sockets().connect(client, address));
            int peer = w.posix.sockets().accept(server, 0);
            is(5, w.posix.sockets().send(client, "hello".getBytes(), 0));
            is(5, w.posix.sockets().recv(peer, new byte[8], 0));
            check(Arrays.equals(address, w.posix.sockets().getsockname(server, error)));
            check(Arrays.equals(address, w.posix.sockets().getpeername(client, error)));
            w.close(client);
            is(0, w.posix.sockets().recv(peer, new byte[8], 0));
            w.close(peer, server);
            is(0, w.posix.unlink(w.path("stream")));
        });
        table.row("bind", "EADDRINUSE", w -> {
            byte[] address = PosixSockets.unixAddress(w.path("used"));
            int a = w.posix.sockets().socket(UNIX, STREAM, 0);
            int b = w.posix.sockets().socket(UNIX, STREAM, 0);
            is(0, w.posix.sockets().bind(a, address));
            is(-World.EADDRINUSE, w.posix.sockets().bind(b, address));
            w.close(a, b);
            is(0, w.posix.unlink(w.path("used")));
        });
        table.row("accept", "O_NONBLOCK, nobody there: EAGAIN", w -> {
            int server = w.posix.sockets().socket(UNIX, STREAM | World.NONBLOCK, 0);
            is(0, w.posix.sockets().bind(server, PosixSockets.unixAddress(w.path("later"))));
            is(0, w.posix.sockets().listen(server, 1));
            is(-Errno.EAGAIN, w.posix.sockets().accept(server, 0));
            w.close(server);
            is(0, w.posix.unlink(w.path("later")));
        });
    }

    private static void pairs(Rows table) {
        table.row("shutdown", "one direction ends, the other goes on", w -> {
            int[] s = w.sockets(STREAM);
            is(1, w.posix.sockets().send(s[0], new byte[1], 0));
            is(0, w.posix.sockets().shutdown(s[0], SocketCalls.SHUT_WR));
            is(1, w.posix.sockets().recv(s[1], new byte[4], 0));
            is(0, w.posix.sockets().recv(s[1], new byte[4], 0));
            is(1, w.posix.sockets().send(s[1], new byte[1], 0));
            is(1, w.posix.sockets().recv(s[0], new byte[4], 0));
            w.close(s);
        });
        table.row("recv", "MSG_PEEK leaves bytes, MSG_DONTWAIT gives EAGAIN", w -> {
            int[] s = w.sockets(STREAM);
            byte[] buffer = new byte[4];
            is(-Errno.EAGAIN, w.posix.sockets().recv(s[1], buffer, SocketCalls.MSG_DONTWAIT));
            is(2, w.posix.sockets().send(s[0], "pq".getBytes(), 0));
            is(1, w.posix.sockets().recv(s[1], new byte[1], SocketCalls.MSG_PEEK));
            is(2, w.posix.sockets().recv(s[1], buffer, 0));
            check(buffer[0] == 'p' && buffer[1] == 'q');
            w.close(s);
        });
        table.row("send", "peer gone: EPIPE, and SIGPIPE unless MSG_NOSIGNAL", w -> {
            int[] s = w.sockets(STREAM);
            w.close(s[1]);
            is(0, w.collect(World.SIGPIPE, 0));
            is(-Errno.EPIPE, w.posix.sockets().send(s[0], new byte[1], SocketCalls.MSG_NOSIGNAL));
            is(0, w.handled.size());
            is(-Errno.EPIPE, w.posix.sockets().send(s[0], new byte[1], 0));
            is(1, w.handled.size());
            w.close(s[0]);
        });
        table.row("socketpair", "datagrams keep their borders, the rest of one is lost", w -> {
            int[] s = w.sockets(DGRAM);
            is(3, w.posix.sockets().send(s[0], "abc".getBytes(), 0));
            is(2, w.posix.sockets().send(s[0], "de".getBytes(), 0));
            byte[] buffer = new byte[8];
            is(2, w.posix.sockets().recv(s[1], new byte[2], 0));
            is(2, w.posix.sockets().recv(s[1], buffer, 0));
            check(buffer[0] == 'd' && buffer[1] == 'e');
            w.close(s);
        });
    }

    private static byte[] name(World w, int fd) {
        return w.posix.sockets().getsockname(fd, new int[1]);
    }

    private static void inet(Rows table) {
        table.row("TCP socket", "connect, accept, the peer's address, end of the stream", w -> {
            int server = w.posix.sockets().socket(INET, STREAM, 0);
            int client = w.posix.sockets().socket(INET, STREAM, 0);
            is(0, w.posix.sockets().bind(server, PosixSockets.loopback(0)));
            is(0, w.posix.sockets().listen(server, 1));
            check(PosixSockets.port(name(w, server)) != 0);
            is(0, w.posix.sockets().connect(client, name(w, server)));
            int peer = w.posix.sockets().accept(server, 0);
            check(Arrays.equals(name(w, client), w.posix.sockets().getpeername(peer, new int[1])));
            is(3, w.posix.write(client, "tcp".getBytes()));
            check(new String(w.read(peer, 8)).equals("tcp"));
            w.close(client);
            is(0, w.posix.read(peer, new byte[8]));
            w.close(peer, server);
        });
        table.row("getsockopt, setsockopt", "SO_REUSEADDR, SO_TYPE; ENOPROTOOPT, ENOTSOCK", w -> {
            int fd = w.posix.sockets().socket(INET, STREAM, 0);
            is(0, w.posix.sockets().setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1));
            is(1, w.posix.sockets().getsockopt(fd, SOL_SOCKET, SO_REUSEADDR));
            is(STREAM, w.posix.sockets().getsockopt(fd, SOL_SOCKET, SO_TYPE));
            is(-World.ENOPROTOOPT, w.posix.sockets().getsockopt(fd, SOL_SOCKET, 9999));
            int[] p = w.pipe();
            is(-Errno.ENOTSOCK, w.posix.sockets().getsockopt(p[0], SOL_SOCKET, SO_TYPE));
            w.close(fd, p[0], p[1]);
        });
        table.row("connect", "ECONNREFUSED, at once or by SO_ERROR", w -> {
            int bound = w.posix.sockets().socket(INET, STREAM, 0);
            int client = w.posix.sockets().socket(INET, STREAM, 0);
            is(0, w.posix.sockets().bind(bound, PosixSockets.loopback(0)));
            byte[] address = name(w, bound);
            is(-Errno.ECONNREFUSED, w.posix.sockets().connect(client, address));
            w.close(client);
            client = w.posix.sockets().socket(INET, STREAM | World.NONBLOCK, 0);
            int result = w.posix.sockets().connect(client, address);
            if (result == -World.EINPROGRESS) {
                check(w.ready(client, World.POLLOUT) > 0);
                is(Errno.ECONNREFUSED, w.posix.sockets().getsockopt(client, SOL_SOCKET, SO_ERROR));
            } else {
                is(-Errno.ECONNREFUSED, result);
            }
            w.close(client, bound);
        });
        table.row("sendto, recvfrom", "datagrams with the sender's address", w -> {
            int x = w.posix.sockets().socket(INET, DGRAM, 0);
            int y = w.posix.sockets().socket(INET, DGRAM, 0);
            is(0, w.posix.sockets().bind(x, PosixSockets.loopback(0)));
            is(0, w.posix.sockets().bind(y, PosixSockets.loopback(0)));
            is(5, w.posix.sockets().sendto(x, "dgram".getBytes(), 0, name(w, y)));
            PosixSockets.Received got = w.posix.sockets().recvfrom(y, 8, 0);
            check(got.result() == 5 && Arrays.equals(got.address(), name(w, x))
                    && new String(got.bytes()).equals("dgram"));
            w.close(x, y);
        });
        table.row("socket", "other families and raw sockets: EINVAL", w -> {
            is(-Errno.EINVAL, w.posix.sockets().socket(16, STREAM, 0));
            is(-Errno.EINVAL, w.posix.sockets().socket(INET, 3, 0));
        });
    }
}

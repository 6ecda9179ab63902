package org.kakuri.platform.linux.posix;

import static org.kakuri.platform.linux.posix.LibraryCalls.INT;
import static org.kakuri.platform.linux.posix.LibraryCalls.PAIR_BYTES;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Sockets: UNIX and internet, see socket(7). Results as {@link PosixLibrary}'s. */
public final class PosixSockets {

    private final LibraryCalls guest;

    PosixSockets(LibraryCalls guest) {
        this.guest = guest;
    }

    public int socket(int domain, int type, int protocol) {
        return (int) guest.plain(PosixOp.SOCKET, domain, type, protocol);
    }

    public int socketpair(int domain, int type, int protocol, int[] pair) {
        return guest.pair(guest.call(PosixOp.SOCKETPAIR, 0, domain, type, protocol, PAIR_BYTES), pair);
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
        int length = guest.put(0, address);
        return (int) guest.restarting(() -> guest.call(PosixOp.BIND, length, fd, length));
    }

    public int listen(int fd, int backlog) {
        return (int) guest.plain(PosixOp.LISTEN, fd, backlog);
    }

    public int accept(int fd, int flags) {
        return (int) guest.restarting(() -> guest.posix().accept(fd, flags));
    }

    public int connect(int fd, byte[] address) {
        int length = guest.put(0, address);
        return (int) guest.restarting(() -> guest.call(PosixOp.CONNECT, length, fd, length));
    }

    public int shutdown(int fd, int how) {
        return guest.posix().shutdown(fd, how);
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
        long length = guest.plain(op, fd, 128);
        error[0] = (int) Math.min(0, length);
        return length < 0 ? null : guest.get(0, length);
    }

    /** The value of an option that is an int. */
    public int getsockopt(int fd, int level, int name) {
        long length = guest.plain(PosixOp.GETSOCKOPT, fd, level, name, 4);
        return length < 0 ? (int) length : guest.data().get(INT, 0);
    }

    /** Sets an option that is an int. */
    public int setsockopt(int fd, int level, int name, int value) {
        guest.data().set(INT, 0, value);
        return (int) guest.call(PosixOp.SETSOCKOPT, 4, fd, level, name, 4);
    }

    public long send(int fd, byte[] bytes, int flags) {
        int length = guest.put(0, bytes);
        return guest.restarting(() -> guest.call(PosixOp.SEND, length, fd, length, flags));
    }

    public long recv(int fd, byte[] bytes, int flags) {
        long n = guest.plain(PosixOp.RECV, fd, bytes.length, flags);
        guest.copy(n, bytes);
        return n;
    }

    public long sendto(int fd, byte[] bytes, int flags, byte[] address) {
        int length = guest.put(0, bytes);
        long end = PosixOp.aligned(length);
        int second = guest.put(end, address);
        return guest.restarting(() -> guest.call(PosixOp.SENDTO, end + second, fd, length, flags, second));
    }

    /** A received message and where it came from. */
    public record Received(long result, byte[] address, byte[] bytes) {}

    public Received recvfrom(int fd, int room, int flags) {
        long n = guest.plain(PosixOp.RECVFROM, fd, (long) room + PosixOp.RECEIVED_AT, flags);
        return n < 0 ? new Received(n, new byte[0], new byte[0])
                : new Received(n - PosixOp.RECEIVED_AT, guest.get(8, guest.data().get(INT, 0)),
                        guest.get(PosixOp.RECEIVED_AT, n - PosixOp.RECEIVED_AT));
    }
}

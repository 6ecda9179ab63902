package org.kakuri.runtime.libos.shield;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.PidFd;
import org.kakuri.platform.linux.SocketCalls;

/** A socket of a guest's process, of which this is a second descriptor: what is done to it, happens to the guest's. */
record GuestSocket(Fd fd) implements AutoCloseable {
    /** Bytes that hold each address that is looked at. */
    static final int ADDRESS = 28;
    private static final int SOL_SOCKET = 1;
    private static final int SO_TYPE = 3;
    private static final int SO_DOMAIN = 39;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_FASTOPEN_CONNECT = 30;
    private static final int PATIENCE = 5000;

    /** Gets it. */
    static GuestSocket of(int pid, int number) {
        try (PidFd process = PidFd.open(pid)) {
            return new GuestSocket(process.getFd(number));
        }
    }

    /** Reads a {@code struct sockaddr}; empty if it is none of IPv4 or IPv6. */
    static Optional<InetSocketAddress> address(byte[] sockaddr) {
        if (sockaddr.length < 16) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(sockaddr);
        int family = Short.toUnsignedInt(in.order(ByteOrder.nativeOrder()).getShort(0));
        int port = Short.toUnsignedInt(in.order(ByteOrder.BIG_ENDIAN).getShort(2));
        if (family != SocketCalls.AF_INET && (family != SocketCalls.AF_INET6 || sockaddr.length < ADDRESS)) {
            return Optional.empty();
        }
        byte[] address = new byte[family == SocketCalls.AF_INET ? 4 : 16];
        in.get(family == SocketCalls.AF_INET ? 4 : 8, address);
        try {
            return Optional.of(new InetSocketAddress(InetAddress.getByAddress(address), port));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns whether it is a stream over IP. */
    boolean stream() {
        int domain = option(SO_DOMAIN);
        return option(SO_TYPE) == SocketCalls.SOCK_STREAM
                && (domain == SocketCalls.AF_INET || domain == SocketCalls.AF_INET6);
    }

    /** Returns whether its addresses are those of IPv6. */
    boolean six() {
        return option(SO_DOMAIN) == SocketCalls.AF_INET6;
    }

    private int option(int name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
            return SocketCalls.getsockoptRaw(fd.number(), SOL_SOCKET, name, value) < 0 ? -1
                    : value.get(ValueLayout.JAVA_INT, 0);
        }
    }

    /** Returns its own address. */
    Optional<InetSocketAddress> local() {
        return named(SocketCalls::getsocknameRaw);
    }

    /** Returns its peer's address; empty if it has none. */
    Optional<InetSocketAddress> peer() {
        return named(SocketCalls::getpeernameRaw);
    }

    private interface Naming {
        int ask(int fd, MemorySegment address);
    }

    private Optional<InetSocketAddress> named(Naming naming) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(ADDRESS, 8);
            return naming.ask(fd.number(), room) < 0 ? Optional.empty()
                    : address(room.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    /**
     * Connects it to this process.
     *
     * @param mapped whether the guest asked for an IPv4 address, perhaps by a socket of IPv6
     * @return this process's end
     */
    Socket connectHere(boolean mapped) throws IOException {
        boolean six = option(SO_DOMAIN) == SocketCalls.AF_INET6;
        InetAddress here = InetAddress.getByAddress(six && !mapped
                ? new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}
                : new byte[] {127, 0, 0, 1});
        try (var gate = new ServerSocket(0, 16, here); Arena arena = Arena.ofConfined()) {
            gate.setSoTimeout(PATIENCE);
            MemorySegment off = arena.allocate(ValueLayout.JAVA_INT);
            SocketCalls.setsockoptRaw(fd.number(), IPPROTO_TCP, TCP_FASTOPEN_CONNECT, off);
            byte[] to = sockaddr(six, here, gate.getLocalPort());
            int r = SocketCalls.connectRaw(fd.number(), arena.allocateFrom(ValueLayout.JAVA_BYTE, to));
            if (r < 0 && r != -Errno.EINPROGRESS) {
                throw new IOException("connect: " + Errno.name(-r));
            }
            int port = local().map(InetSocketAddress::getPort).orElse(-1);
            while (true) {
                Socket end = gate.accept();
                if (end.getPort() == port && end.getInetAddress().equals(here)) {
                    return end;
                }
                end.close(); // a stranger on this machine was quicker
            }
        }
    }

    /** Returns a {@code struct sockaddr}; for IPv6 an IPv4 address is mapped. */
    static byte[] sockaddr(boolean six, InetAddress address, int port) {
        ByteBuffer out = ByteBuffer.allocate(six ? ADDRESS : 16).order(ByteOrder.nativeOrder());
        out.putShort((short) (six ? SocketCalls.AF_INET6 : SocketCalls.AF_INET));
        out.order(ByteOrder.BIG_ENDIAN).putShort((short) port);
        byte[] bytes = address.getAddress();
        if (six) {
            out.position(8);
            if (bytes.length == 4) {
                out.position(18);
                out.putShort((short) -1);
            }
        }
        return out.put(bytes).array();
    }

    @Override
    public void close() {
        fd.close();
    }
}

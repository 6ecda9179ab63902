package org.kakuri.runtime.libos.shield;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.kakuri.api.UsageError;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.OpenFlags;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.SeccompListener;
import org.kakuri.platform.linux.SocketCalls;
import org.kakuri.runtime.libos.calls.SystemCallTable;
import org.kakuri.runtime.libos.shield.NetworkShield.Carried;
import org.kakuri.runtime.libos.trace.Tracee;
import org.kakuri.runtime.libos.trace.TraceeCall;

/**
 * Ports of programs that are reached by TLS: a connection is accepted here in the program's place, which gets the end of another one,
 * to a thread of this process, at once; it is reset if the handshake fails.
 */
final class ShieldedPorts implements AutoCloseable {
    private static final int ACCEPT4 = SystemCallTable.number("accept4");
    private static final int HANDSHAKE_MILLIS = 10_000;
    /** How often it is looked whether who waits in accept is still there, ms. */
    private static final int LOOK = 200;

    private final Set<Integer> ports;
    private final SSLSocketFactory incoming;
    private final ShieldCounts counts;
    private final Object accepting = new Object();
    private volatile boolean closed;

    /** Carries a connection until it is over. */
    interface Carrying {
        void carry(Socket program, Carried carried, String peer) throws IOException;
    }

    private ShieldedPorts(Set<Integer> ports, SSLSocketFactory incoming, ShieldCounts counts) {
        this.ports = Set.copyOf(ports);
        this.incoming = incoming;
        this.counts = counts;
    }

    /** Makes what the options ask for. */
    static Optional<ShieldedPorts> of(Map<String, String> options, ShieldCounts counts) {
        String list = options.get(NetworkShield.PORTS);
        String certificate = options.get(NetworkShield.CERTIFICATE);
        String key = options.get(NetworkShield.KEY);
        if (list == null && certificate == null && key == null) {
            return Optional.empty();
        }
        if (list == null || certificate == null || key == null) {
            throw new UsageError("options %s, %s and %s go together".formatted(NetworkShield.PORTS,
                    NetworkShield.CERTIFICATE, NetworkShield.KEY),
                    "give the ports, and PEM files of certificate and key");
        }
        var ports = new HashSet<Integer>();
        for (String port : list.strip().split("[,\\s]+")) {
            if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65535) {
                throw new UsageError("option %s: %s is no port".formatted(NetworkShield.PORTS, port),
                        "write for example 8443");
            }
            ports.add(Integer.parseInt(port));
        }
        return Optional.of(new ShieldedPorts(ports, PemFiles.proving(Path.of(certificate), Path.of(key)), counts));
    }

    /** Sees to accept or accept4. */
    void serve(Tracee tracee, TraceeCall call, SeccompListener listener, Carrying carrying) {
        GuestSocket socket;
        try {
            socket = GuestSocket.of(tracee.process().pid(), (int) call.argument(0));
        } catch (NativeException _) { // the kernel says what is wrong with it
            listener.proceed();
            return;
        }
        if (!socket.stream() || !ports.contains(socket.local().map(InetSocketAddress::getPort).orElse(0))) {
            socket.close();
            listener.proceed();
            return;
        }
        SeccompListener.Waiting waiting = listener.waiting();
        Thread.ofPlatform()
                .daemon()
                .name("kakuri-shield accept")
                .start(() -> accept(tracee, call, socket, waiting, carrying));
    }

    private void accept(Tracee tracee, TraceeCall call, GuestSocket listening, SeccompListener.Waiting waiting,
            Carrying carrying) {
        int accepted;
        try (listening) {
            accepted = next(listening, waiting);
            if (accepted < 0) {
                waiting.answer(accepted);
                return;
            }
            try (GuestSocket peer = new GuestSocket(Fd.own(accepted).dup())) {
                tell(tracee, call, listening.six(), peer.peer());
            }
        }
        var raw = new RawSocket(Fd.own(accepted));
        var wire = new WireSocket(raw);
        Socket program = null;
        try {
            program = handed(call, waiting);
            if (program == null) {
                wire.reset();
                return;
            }
            raw.setSoTimeout(HANDSHAKE_MILLIS);
            long before = System.nanoTime();
            SSLSocket tls = (SSLSocket) incoming.createSocket(wire, null, true);
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
            tls.setSSLParameters(parameters);
            tls.setUseClientMode(false);
            tls.startHandshake();
            counts.crypto(0, System.nanoTime() - before - wire.reading() - wire.writing());
            raw.setSoTimeout(0);
            carrying.carry(program, new Carried(tls, wire), "a client");
        } catch (IOException | NativeException e) {
            counts.note("shield: no TLS with a client: " + e.getMessage());
            waiting.answer(-Errno.ECONNABORTED);
            wire.reset();
            if (program != null) {
                WireSocket.reset(program);
            }
        }
    }

    /** Returns the next connection, or {@code -errno}. */
    private int next(GuestSocket listening, SeccompListener.Waiting waiting) {
        PollSet set = new PollSet(1);
        set.add(listening.fd(), PollSet.IN);
        boolean waits = !listening.fd().isNonBlocking();
        while (!closed && waiting.valid()) {
            boolean there = set.poll(waits ? LOOK : 0) > 0;
            synchronized (accepting) { // another thread may have been quicker
                if (there && set.poll(0) > 0) {
                    return SocketCalls.acceptRaw(listening.fd().number(), 0);
                }
            }
            if (!waits) {
                return -Errno.EAGAIN;
            }
        }
        return -Errno.ECONNABORTED;
    }

    /** Gives the program its end of a connection to us; null if it has gone. */
    private static Socket handed(TraceeCall call, SeccompListener.Waiting waiting) throws IOException {
        int number = SocketCalls.socketRaw(SocketCalls.AF_INET, SocketCalls.SOCK_STREAM, 0);
        if (number < 0) {
            throw new IOException("socket: " + Errno.name(-number));
        }
        long flags = call.number() == ACCEPT4 ? call.argument(3) : 0;
        try (GuestSocket end = new GuestSocket(Fd.own(number))) {
            Socket program = end.connectHere(true);
            end.fd().setNonBlocking((flags & OpenFlags.O_NONBLOCK) != 0);
            if (waiting.answerDescriptor(end.fd().number(), (flags & OpenFlags.O_CLOEXEC) != 0) < 0) {
                program.close();
                return null;
            }
            return program;
        }
    }

    /** Tells the program who has connected, if it wants to know. */
    private static void tell(Tracee tracee, TraceeCall call, boolean six, Optional<InetSocketAddress> peer) {
        byte[] room = new byte[4];
        if (call.argument(1) == 0 || peer.isEmpty() || !tracee.read(call.argument(2), room)) {
            return;
        }
        byte[] address = GuestSocket.sockaddr(six, peer.get().getAddress(), peer.get().getPort());
        int fits = Math.clamp(ByteBuffer.wrap(room).order(ByteOrder.nativeOrder()).getInt(), 0, address.length);
        tracee.write(call.argument(1), Arrays.copyOf(address, fits));
        tracee.write(call.argument(2),
                ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(address.length).array());
    }

    @Override
    public void close() {
        closed = true;
    }
}

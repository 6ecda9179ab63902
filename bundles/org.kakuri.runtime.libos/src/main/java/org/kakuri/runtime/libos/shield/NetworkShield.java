package org.kakuri.runtime.libos.shield;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.kakuri.api.Refused;
import org.kakuri.api.UsageError;
import org.kakuri.platform.linux.Errno;
import org.kakuri.platform.linux.NativeException;
import org.kakuri.platform.linux.SeccompListener;
import org.kakuri.runtime.libos.calls.SystemCallTable;
import org.kakuri.runtime.libos.trace.Tracee;
import org.kakuri.runtime.libos.trace.TraceeCall;

/**
 * Carries connections that programs make in the clear as TLS 1.3 or 1.2. A program's connect is answered when the peer has proved
 * itself; its own socket is then connected to a thread of this process, which stands for one inside the instance. A socket that does
 * not block is connected to it at once, and reset if the peer cannot be believed.
 */
public final class NetworkShield implements AutoCloseable {
    /** Option: peers that are reached by TLS. */
    public static final String PEERS = "shield.tls";
    /** Option: who issues the certificates of those. */
    public static final String AUTHORITIES = "shield.tls.ca";
    /** Option: ports where programs are reached by TLS. */
    public static final String PORTS = "shield.tls.listen";
    /** Option: by which certificate they prove themselves. */
    public static final String CERTIFICATE = "shield.tls.cert";
    /** Option: its private key. */
    public static final String KEY = "shield.tls.key";
    private static final int ACCEPT = SystemCallTable.number("accept");
    private static final int ACCEPT4 = SystemCallTable.number("accept4");
    private static final int CONNECT = SystemCallTable.number("connect");
    private static final int HANDSHAKE_MILLIS = 10_000;
    private static final int MOST = 512;
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final Map<InetSocketAddress, String> peers;
    private final SSLSocketFactory outgoing;
    private final Optional<ShieldedPorts> ports;
    private final ShieldCounts counts;
    private final Set<TlsRelay> relays = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private NetworkShield(Map<InetSocketAddress, String> peers, SSLSocketFactory outgoing,
            Optional<ShieldedPorts> ports, ShieldCounts counts) {
        this.ports = ports;
        this.peers = Map.copyOf(peers);
        this.outgoing = outgoing;
        this.counts = counts;
    }

    /**
     * Makes what the options of a session ask for; names are resolved now.
     *
     * @throws UsageError if something is missing or not understood
     * @throws Refused if a file is not what it should be, or a name is not known
     */
    static Optional<NetworkShield> of(Map<String, String> options, ShieldCounts counts) {
        String list = options.get(PEERS);
        String authorities = options.get(AUTHORITIES);
        Optional<ShieldedPorts> ports = ShieldedPorts.of(options, counts);
        if (list == null && authorities == null) {
            return ports.map(some -> new NetworkShield(Map.of(), null, ports, counts));
        }
        if (list == null || authorities == null) {
            throw new UsageError("options %s and %s go together".formatted(PEERS, AUTHORITIES),
                    "give the peers, and a PEM file of the certificates of who may have issued theirs");
        }
        var peers = new HashMap<InetSocketAddress, String>();
        for (String peer : list.strip().split("[,\\s]+")) {
            int colon = peer.lastIndexOf(':');
            String host = colon < 1 ? "" : peer.substring(0, colon);
            if (host.isEmpty() || !peer.substring(colon + 1).matches("[0-9]{1,5}")
                    || Integer.parseInt(peer.substring(colon + 1)) > 65535) {
                throw new UsageError("option %s: %s is no HOST:PORT".formatted(PEERS, peer),
                        "write for example db.example.org:5432");
            }
            int port = Integer.parseInt(peer.substring(colon + 1));
            for (InetAddress address : resolved(host)) {
                String other = peers.put(new InetSocketAddress(address, port), host);
                if (other != null && !other.equals(host)) {
                    throw new Refused("%s and %s are both %s port %d: which certificate is right cannot be told"
                            .formatted(other, host, address.getHostAddress(), port), "name one of them");
                }
            }
        }
        return Optional.of(new NetworkShield(peers, PemFiles.believing(Path.of(authorities)), ports, counts));
    }

    private static InetAddress[] resolved(String host) {
        try {
            return InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw new Refused("option %s: no address of %s is known".formatted(PEERS, host), "check the name", e);
        }
    }

    /** Returns the numbers of the calls that have to be notified. */
    public Set<Integer> notified() {
        var numbers = new HashSet<Integer>();
        if (!peers.isEmpty()) {
            numbers.add(CONNECT);
        }
        if (ports.isPresent()) {
            numbers.addAll(Set.of(ACCEPT, ACCEPT4));
        }
        return numbers;
    }

    /** Sees to a call that was notified: answers it now or later. */
    public void serve(Tracee tracee, SeccompListener listener) {
        long[] arguments = new long[6];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = listener.argument(i);
        }
        var call = new TraceeCall(listener.number(), arguments);
        if (call.number() != CONNECT) {
            ports.orElseThrow().serve(tracee, call, listener, this::carry);
            return;
        }
        byte[] sockaddr = new byte[Math.clamp(call.argument(2) & 0xffffffffL, 0, GuestSocket.ADDRESS)];
        Optional<InetSocketAddress> to = tracee.read(call.argument(1), sockaddr) ? GuestSocket.address(sockaddr)
                : Optional.empty();
        String host = to.map(this::host).orElse(null);
        if (host == null) {
            listener.proceed();
            return;
        }
        SeccompListener.Waiting waiting = listener.waiting();
        Thread.ofPlatform()
                .daemon()
                .name("kakuri-shield " + host)
                .start(() -> connect(tracee.process().pid(), (int) call.argument(0), new Peer(host, to.get()),
                        waiting));
    }

    private String host(InetSocketAddress to) {
        return peers.get(to.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), to.getPort())
                : to);
    }

    private record Peer(String host, InetSocketAddress address) {
        boolean four() {
            return address.getAddress().getAddress().length == 4;
        }

        @Override
        public String toString() {
            return host + ":" + address.getPort();
        }
    }

    /** A connection whose handshake is over. */
    record Carried(SSLSocket tls, WireSocket wire) {}

    private void connect(int pid, int number, Peer peer, SeccompListener.Waiting waiting) {
        Socket program = null;
        try (GuestSocket socket = GuestSocket.of(pid, number)) {
            if (!waiting.valid()) {
                return;
            }
            if (!socket.stream()) {
                waiting.proceed();
                return;
            }
            if (socket.peer().isPresent()) {
                waiting.answer(-Errno.EISCONN);
                return;
            }
            if (closed || relays.size() >= MOST) {
                throw new IOException("more than %d connections at once".formatted(MOST));
            }
            boolean later = socket.fd().isNonBlocking();
            Carried carried = later ? null : open(peer);
            program = socket.connectHere(peer.four());
            waiting.answer(0);
            carry(program, later ? open(peer) : carried, peer.toString());
        } catch (IOException | NativeException e) {
            counts.note("shield: no TLS to %s: %s".formatted(peer, e.getMessage()));
            waiting.answer(e instanceof SocketTimeoutException ? -Errno.ETIMEDOUT : -Errno.ECONNREFUSED);
            if (program != null) {
                WireSocket.reset(program);
            }
        }
    }

    private Carried open(Peer peer) throws IOException {
        var plain = new Socket();
        try {
            plain.connect(peer.address(), HANDSHAKE_MILLIS);
            plain.setTcpNoDelay(true);
            plain.setSoTimeout(HANDSHAKE_MILLIS);
            var wire = new WireSocket(plain);
            long before = System.nanoTime();
            SSLSocket tls = (SSLSocket) outgoing.createSocket(wire, peer.host(), peer.address().getPort(), true);
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
            tls.setSSLParameters(parameters);
            tls.startHandshake();
            counts.crypto(0, System.nanoTime() - before - wire.reading() - wire.writing());
            plain.setSoTimeout(0);
            return new Carried(tls, wire);
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    /** On the connection's thread, until it is over. */
    private void carry(Socket program, Carried carried, String peer) throws IOException {
        program.setTcpNoDelay(true);
        var relay = new TlsRelay(program, carried.tls(), carried.wire(), counts,
                why -> counts.note("shield: the connection to %s was reset: %s".formatted(peer, why)));
        counts.one();
        relays.add(relay);
        try {
            relay.run();
        } finally {
            relays.remove(relay);
        }
    }

    /** Sends what programs that have ended left to be sent, and ends every connection. */
    @Override
    public void close() {
        closed = true;
        ports.ifPresent(ShieldedPorts::close);
        long end = System.nanoTime() + LAST_WORDS.toNanos();
        for (TlsRelay relay : relays) {
            relay.sent(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            relay.abort();
        }
    }
}

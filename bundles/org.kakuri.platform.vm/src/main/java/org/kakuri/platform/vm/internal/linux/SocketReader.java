package org.kakuri.platform.vm.internal.linux;

import java.util.Optional;
import org.kakuri.api.vm.GuestFault;
import org.kakuri.api.vm.GuestSocket;
import org.kakuri.api.vm.GuestSocket.Protocol;
import org.kakuri.api.vm.GuestSocket.TcpTail;
import org.kakuri.platform.vm.internal.kernel.KernelMemory;

/** Reads one internet socket (net/ipv4/tcp_ipv4.c, get_tcp4_sock and its siblings; udp.c; raw.c). */
final class SocketReader {
    static final int INET = 2;
    static final int INET6 = 10;

    private static final int LISTEN = 10;
    private static final int TIME_WAIT = 6;
    private static final int NEW_SYN_RECV = 12;
    private static final int SYN_RECV = 3;
    private static final int RETRANSMIT = 1;
    private static final int PROBE = 3;
    private static final int LOSS_PROBE = 5;
    private static final int REORDER = 6;
    private static final int INFINITE_THRESHOLD = 0x7fffffff;
    private static final int PINGPONG = 3;
    private static final int ATO_BITS = 0xff;
    /** USER_HZ. */
    private static final long TICKS = 100;

    private final KernelMemory memory;
    private final SocketFields fields;
    private final long hertz;

    SocketReader(KernelMemory memory, SocketFields fields, long hertz) {
        this.memory = memory;
        this.fields = fields;
        this.hertz = hertz;
    }

    /** Returns the protocol of the socket's family; empty for others. */
    Optional<Protocol> protocol(long sock, Protocol four, Protocol six) {
        return switch (fields.family.integer(memory, sock)) {
        case INET -> Optional.of(four);
        case INET6 -> Optional.of(six);
        default -> Optional.empty();
        };
    }

    GuestSocket tcp(long sock, Protocol protocol, long jiffies) {
        int state = fields.state.integer(memory, sock);
        return switch (state) {
        case TIME_WAIT -> row(sock, protocol, 0, fields.waitState.integer(memory, sock), new Queues(0, 0),
                new Timer(3, ticks(fields.waitExpires.get(memory, sock) - jiffies), 0, 0), new File(0, 0),
                fields.references.integer(memory, sock), TcpTail.NONE, 0);
        case NEW_SYN_RECV -> row(sock, protocol, 0, SYN_RECV, new Queues(0, 0),
                new Timer(1, ticks(fields.requestExpires.get(memory, sock) - jiffies),
                        fields.requestTimeouts.integer(memory, sock) & 0x7f, 0),
                new File(0, file(fields.requestListener.get(memory, sock)).owner), 0, TcpTail.NONE, 0);
        default -> row(sock, protocol, 0, state, queues(sock, state), timer(sock, jiffies), file(sock),
                fields.references.integer(memory, sock), tail(sock, state), 0);
        };
    }

    GuestSocket datagram(long sock, Protocol protocol, int slot, boolean udp) {
        long send = Math.max(0, fields.sendAllocated.integer(memory, sock) - 1);
        long receive = fields.receiveAllocated.integer(memory, sock)
                - (udp ? fields.deficit.integer(memory, sock) : 0);
        return row(sock, protocol, slot, fields.state.integer(memory, sock), new Queues(send, receive),
                new Timer(0, 0, 0, 0), file(sock), fields.references.integer(memory, sock), TcpTail.NONE,
                fields.drops.integer(memory, sock));
    }

    private record Queues(long send, long receive) {}

    private record Timer(int kind, long ticks, int retransmits, int probes) {}

    private record File(long inode, int owner) {}

    private GuestSocket row(long sock, Protocol protocol, int slot, int state, Queues queues, Timer timer, File file,
            int references, TcpTail tail, int drops) {
        boolean six = fields.family.integer(memory, sock) == INET6;
        byte[] local = memory.bytes(sock + (six ? fields.address6 : fields.address.offset()), six ? 16 : 4);
        byte[] remote = memory.bytes(sock + (six ? fields.peer6 : fields.peer.offset()), six ? 16 : 4);
        int peer = fields.peerPort.integer(memory, sock);
        return new GuestSocket(protocol, slot, local, fields.port.integer(memory, sock), remote,
                (peer & 0xff) << 8 | peer >>> 8, state, queues.send, queues.receive, timer.kind, timer.ticks,
                timer.retransmits, file.owner, timer.probes, file.inode, references, tail, drops, Optional.empty());
    }

    private Queues queues(long sock, int state) {
        if (state == LISTEN) {
            return new Queues(written(sock), fields.backlog.integer(memory, sock));
        }
        int waiting = fields.received.integer(memory, sock) - fields.copied.integer(memory, sock);
        return new Queues(written(sock), Math.max(0, waiting));
    }

    private long written(long sock) {
        return Integer.toUnsignedLong(
                fields.written.integer(memory, sock) - fields.unacknowledged.integer(memory, sock));
    }

    private Timer timer(long sock, long jiffies) {
        int retransmits = fields.retransmits.integer(memory, sock);
        int probes = fields.probes.integer(memory, sock);
        long left = fields.timeout.get(memory, sock) - jiffies;
        return switch (fields.pending.integer(memory, sock)) {
        case RETRANSMIT, LOSS_PROBE, REORDER, 2 -> new Timer(1, ticks(left), retransmits, probes);
        case PROBE -> new Timer(4, ticks(left), retransmits, probes);
        default -> {
            boolean keepalive = fields.keepalivePending.get(memory, sock) != 0;
            yield keepalive
                    ? new Timer(2, ticks(fields.keepaliveExpires.get(memory, sock) - jiffies), retransmits, probes)
                    : new Timer(0, 0, retransmits, probes);
        }
        };
    }

    private TcpTail tail(long sock, int state) {
        int threshold = fields.threshold.integer(memory, sock);
        int last = state == LISTEN ? fields.fastOpen.integer(memory, sock)
                : threshold >= INFINITE_THRESHOLD || threshold < 0 ? -1 : threshold;
        long ato = fields.ackTimeout.width() == 8 ? fields.ackTimeout.get(memory, sock)
                : fields.ackTimeout.get(memory, sock) & ATO_BITS;
        int pingpong = fields.pingpong.integer(memory, sock) >= PINGPONG ? 1 : 0;
        return new TcpTail(ticks(fields.retransmissionTimeout.get(memory, sock)), ticks(ato),
                fields.quick.integer(memory, sock) << 1 | pingpong, fields.window.integer(memory, sock), last);
    }

    private long ticks(long jiffies) {
        return Math.max(0, jiffies) * TICKS / hertz;
    }

    private File file(long sock) {
        if (sock == 0) {
            return new File(0, 0);
        }
        long socket = fields.socket.get(memory, sock);
        if (socket == 0) {
            return new File(0, 0);
        }
        long inode = socket + fields.inode;
        return new File(fields.inodeNumber.get(memory, inode), fields.inodeOwner.integer(memory, inode));
    }

    /** Returns inode and nothing else, for unix sockets. */
    long inode(long sock) {
        return file(sock).inode;
    }

    /** Refuses what is no socket of these families. */
    static GuestFault family(long sock) {
        return new GuestFault("sock_common.skc_family at 0x%x is neither IPv4 nor IPv6".formatted(sock));
    }
}

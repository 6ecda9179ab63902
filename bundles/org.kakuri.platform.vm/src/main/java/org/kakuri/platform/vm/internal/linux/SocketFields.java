package org.kakuri.platform.vm.internal.linux;

import org.kakuri.platform.vm.internal.kernel.Field;
import org.kakuri.platform.vm.internal.kernel.KernelModel;
import org.kakuri.platform.vm.internal.kernel.Struct;

/** Where the fields of sockets lie. */
final class SocketFields {
    final int node;
    final int nullsNode;
    final Field family;
    final Field state;
    final Field port;
    final Field peerPort;
    final Field address;
    final Field peer;
    final int address6;
    final int peer6;
    final Field references;
    final Field net;

    final Field socket;
    final Field sock;
    final Field type;
    final Field protocol;
    final Field backlog;
    final Field sendAllocated;
    final Field receiveAllocated;
    final Field drops;
    final Field keepaliveExpires;
    final Field keepalivePending;
    final int inode;
    final Field inodeNumber;
    final Field inodeOwner;

    final Field written;
    final Field unacknowledged;
    final Field received;
    final Field copied;
    final Field window;
    final Field threshold;
    final Field retransmits;
    final Field pending;
    final Field timeout;
    final Field probes;
    final Field retransmissionTimeout;
    final Field ackTimeout;
    final Field quick;
    final Field pingpong;
    final Field fastOpen;
    final Field deficit;

    final Field waitState;
    final Field waitExpires;
    final Field requestExpires;
    final Field requestTimeouts;
    final Field requestListener;

    SocketFields(KernelModel model) {
        Struct common = Struct.of(model, "sock_common");
        node = common.offset("skc_node");
        nullsNode = common.offset("skc_nulls_node");
        family = common.field("skc_family");
        state = common.field("skc_state");
        port = common.field("skc_num");
        peerPort = common.field("skc_dport");
        address = common.field("skc_rcv_saddr");
        peer = common.field("skc_daddr");
        address6 = common.offset("skc_v6_rcv_saddr");
        peer6 = common.offset("skc_v6_daddr");
        references = common.field("skc_refcnt");
        net = common.field("skc_net");

        Struct sock = Struct.of(model, "sock");
        socket = sock.field("sk_socket");
        this.sock = Struct.of(model, "socket").field("sk");
        type = sock.field("sk_type");
        protocol = sock.field("sk_protocol");
        backlog = sock.field("sk_ack_backlog");
        sendAllocated = sock.field("sk_wmem_alloc");
        receiveAllocated = sock.field("sk_backlog.rmem_alloc");
        drops = sock.field("sk_drops");
        keepaliveExpires = sock.field("sk_timer.expires");
        keepalivePending = sock.field("sk_timer.entry.pprev");
        inode = Struct.of(model, "socket_alloc").offset("vfs_inode");
        Struct file = Struct.of(model, "inode");
        inodeNumber = file.field("i_ino");
        inodeOwner = file.field("i_uid");

        Struct tcp = Struct.of(model, "tcp_sock");
        written = tcp.field("write_seq");
        unacknowledged = tcp.field("snd_una");
        received = tcp.field("rcv_nxt");
        copied = tcp.field("copied_seq");
        window = tcp.field("snd_cwnd");
        threshold = tcp.field("snd_ssthresh");
        Struct connection = Struct.of(model, "inet_connection_sock");
        retransmits = connection.field("icsk_retransmits");
        pending = connection.field("icsk_pending");
        timeout = connection.field("icsk_timeout");
        probes = connection.field("icsk_probes_out");
        retransmissionTimeout = connection.field("icsk_rto");
        int ack = connection.offset("icsk_ack");
        quick = connection.field("icsk_ack.quick");
        pingpong = connection.field("icsk_ack.pingpong");
        // A bit field in later kernels: the low byte of the word behind pending, quick, pingpong and retry.
        ackTimeout = delayedAck(connection, ack);
        fastOpen = connection.field("icsk_accept_queue.fastopenq.max_qlen");
        Struct udp = Struct.of(model, "udp_sock");
        deficit = udp.field("forward_deficit");

        Struct wait = Struct.of(model, "inet_timewait_sock");
        waitState = wait.field("tw_substate");
        waitExpires = wait.field("tw_timer.expires");
        Struct request = Struct.of(model, "request_sock");
        requestExpires = request.field("rsk_timer.expires");
        requestTimeouts = new Field(request.offset("num_timeout"), 1);
        requestListener = common.field("skc_listener");
    }

    private static Field delayedAck(Struct connection, int ack) {
        int offset = connection.offset("icsk_ack.ato");
        return new Field(offset >= ack ? offset : ack, connection.bytes("icsk_ack.ato") == 8 ? 8 : 4);
    }
}

package org.kakuri.platform.vm.internal.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kakuri.api.Unsupported;
import org.kakuri.api.vm.GuestFault;
import org.kakuri.api.vm.GuestSocket;
import org.kakuri.api.vm.GuestSocket.Protocol;
import org.kakuri.api.vm.GuestSocket.TcpTail;
import org.kakuri.api.vm.GuestSocket.Unix;
import org.kakuri.api.vm.HeldSocket;
import org.kakuri.api.vm.Walk;
import org.kakuri.platform.vm.internal.kernel.Field;
import org.kakuri.platform.vm.internal.kernel.KernelMemory;
import org.kakuri.platform.vm.internal.kernel.KernelModel;
import org.kakuri.platform.vm.internal.kernel.Struct;

/** The kernel's tables of sockets, in the order in which /proc/net goes through them. */
final class SocketTable {
    private static final int MOST_BUCKETS = 1 << 20;
    private static final int MOST_IN_BUCKET = 65_536;
    private static final int RAW_BUCKETS = 256;
    private static final int UNIX_BUCKETS = 256;
    private static final int LISTEN = 10;
    private static final int UNIX = 1;
    private static final int SOCK_RAW = 3;
    private static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_UDP = 17;
    private static final int ESTABLISHED = 1;

    private final KernelMemory memory;
    private final SocketFields fields;
    private final SocketReader reader;
    private final long hertz;

    private final Struct tcpTable;
    private final Struct listenBucket;
    private final Struct establishedBucket;
    private final Struct udpTable;
    private final Struct udpSlot;
    private final int rawHeads;
    private final boolean rawNulls;
    private final int unixBuckets;
    private final Field unixAddress;
    private final int unixLength;
    private final int unixName;

    SocketTable(KernelMemory memory) {
        KernelModel model = memory.model();
        this.memory = memory;
        this.fields = new SocketFields(model);
        this.hertz = hertz(memory);
        this.reader = new SocketReader(memory, fields, hertz);
        this.tcpTable = Struct.of(model, "inet_hashinfo");
        this.listenBucket = Struct.of(model, "inet_listen_hashbucket");
        this.establishedBucket = Struct.of(model, "inet_ehash_bucket");
        this.udpTable = Struct.of(model, "udp_table");
        this.udpSlot = Struct.of(model, "udp_hslot");
        Struct raw = Struct.of(model, "raw_hashinfo");
        this.rawHeads = raw.offset("ht");
        this.rawNulls = raw.typeName("ht").equals("hlist_nulls_head");
        if (!raw.elementIsStructure("ht") || raw.bytes("ht") != RAW_BUCKETS * 8) {
            throw new Unsupported("kernel %s: raw_hashinfo.ht is no array of 256 list heads".formatted(model.release()),
                    "this layout is not known here");
        }
        this.unixBuckets = Struct.of(model, "net").offset("unx.table.buckets");
        this.unixAddress = Struct.of(model, "unix_sock").field("addr");
        Struct address = Struct.of(model, "unix_address");
        this.unixLength = address.offset("len");
        this.unixName = address.offset("name");
    }

    /** CONFIG_HZ is in no symbol; the length of a tick is. */
    private static long hertz(KernelMemory memory) {
        Optional<Long> tick = memory.model().find("tick_nsec");
        if (tick.isEmpty()) {
            return 250;
        }
        long nanos = memory.u64(memory.symbol("tick_nsec"));
        return nanos < 100_000 || nanos > 20_000_000 ? 250 : Math.round(1e9 / nanos);
    }

    Walk<GuestSocket> walk() {
        List<GuestSocket> rows = new ArrayList<>();
        Skips skips = new Skips();
        long net = memory.symbol("init_net");
        part("tcp_hashinfo", skips, () -> tcp(rows, net, skips));
        part("udp_table", skips, () -> udp(rows, net, skips));
        part("raw_v4_hashinfo", skips, () -> raw(rows, "raw_v4_hashinfo", Protocol.RAW, net, skips));
        part("raw_v6_hashinfo", skips, () -> raw(rows, "raw_v6_hashinfo", Protocol.RAW6, net, skips));
        part("net.unx.table", skips, () -> unix(rows, net, skips));
        return new Walk<>(rows, skips.list());
    }

    /**
     * Returns the socket of an open file; empty if it is of no kind that {@link #walk} lists, or of another namespace.
     *
     * @param inode address of the file's inode, which is part of a struct socket_alloc
     */
    Optional<HeldSocket> of(int descriptor, long inode) {
        long sock = fields.sock.get(memory, inode - fields.inode);
        if (sock == 0 || fields.net.get(memory, sock) != memory.symbol("init_net")) {
            return Optional.empty();
        }
        Optional<GuestSocket> row = fields.family.integer(memory, sock) == UNIX ? Optional.of(unixRow(sock))
                : internet(sock);
        return row.map(socket -> new HeldSocket(descriptor, sock, socket));
    }

    private Optional<GuestSocket> internet(long sock) {
        int number = fields.protocol.integer(memory, sock);
        if (fields.type.integer(memory, sock) == SOCK_RAW) {
            return reader.protocol(sock, Protocol.RAW, Protocol.RAW6).map(p -> reader.datagram(sock, p, 0, false));
        }
        return switch (number) {
        case IPPROTO_TCP -> reader.protocol(sock, Protocol.TCP, Protocol.TCP6)
                .map(p -> reader.tcp(sock, p, memory.u64(memory.symbol("jiffies"))));
        case IPPROTO_UDP -> reader.protocol(sock, Protocol.UDP, Protocol.UDP6)
                .map(p -> reader.datagram(sock, p, 0, true));
        default -> Optional.empty();
        };
    }

    private void part(String name, Skips skips, Runnable walk) {
        try {
            walk.run();
        } catch (GuestFault bad) {
            skips.add(name, 0, bad.getMessage());
        }
    }

    private int buckets(long mask) {
        if (mask < 0 || mask >= MOST_BUCKETS || (mask & mask + 1) != 0) {
            throw new GuestFault("a hash table's mask is 0x%x".formatted(mask));
        }
        return (int) mask + 1;
    }

    private void tcp(List<GuestSocket> rows, long net, Skips skips) {
        long table = memory.symbol("tcp_hashinfo");
        long jiffies = memory.u64(memory.symbol("jiffies"));
        long listening = tcpTable.field("lhash2").get(memory, table);
        int count = buckets(tcpTable.field("lhash2_mask").get(memory, table));
        Chain chain = new Chain(memory, skips, "inet_listen_hashbucket.nulls_head", MOST_IN_BUCKET);
        heads(listening, count, listenBucket.size(), listenBucket.offset("nulls_head"),
                (head, _) -> chain.toNulls(head, node -> tcpRow(rows, node, net, jiffies)));
        long established = tcpTable.field("ehash").get(memory, table);
        int all = buckets(tcpTable.field("ehash_mask").get(memory, table));
        Chain others = new Chain(memory, skips, "inet_ehash_bucket.chain", MOST_IN_BUCKET);
        heads(established, all, establishedBucket.size(), establishedBucket.offset("chain"),
                (head, _) -> others.toNulls(head, node -> tcpRow(rows, node, net, jiffies)));
    }

    private interface Bucket {
        void visit(long head, int index);
    }

    /** Reads a table page by page and visits only the buckets that are not empty. */
    private void heads(long table, int count, int stride, int offset, Bucket bucket) {
        int step = Math.max(1, 4096 / stride);
        for (int from = 0; from < count; from += step) {
            int here = Math.min(step, count - from);
            long start = table + (long) from * stride;
            byte[] bytes = memory.bytes(start, here * stride);
            for (int i = 0; i < here; i++) {
                long first = 0;
                for (int k = 7; k >= 0; k--) {
                    first = first << 8 | bytes[i * stride + offset + k] & 0xff;
                }
                if (first != 0 && (first & 1) == 0) {
                    bucket.visit(start + (long) i * stride + offset, from + i);
                }
            }
        }
    }

    private void tcpRow(List<GuestSocket> rows, long node, long net, long jiffies) {
        long sock = node - fields.nullsNode;
        if (fields.net.get(memory, sock) == net) {
            rows.add(reader.tcp(sock, protocol(sock, Protocol.TCP, Protocol.TCP6), jiffies));
        }
    }

    private Protocol protocol(long sock, Protocol four, Protocol six) {
        return reader.protocol(sock, four, six).orElseThrow(() -> SocketReader.family(sock));
    }

    private void udp(List<GuestSocket> rows, long net, Skips skips) {
        long table = memory.symbol("udp_table");
        long slots = udpTable.field("hash").get(memory, table);
        int count = buckets(udpTable.field("mask").get(memory, table));
        Chain chain = new Chain(memory, skips, "udp_hslot.head", MOST_IN_BUCKET);
        heads(slots, count, udpSlot.size(), udpSlot.offset("head"), (head, index) -> chain.toNull(head, node -> {
            long sock = node - fields.node;
            if (fields.net.get(memory, sock) == net) {
                rows.add(reader.datagram(sock, protocol(sock, Protocol.UDP, Protocol.UDP6), index, true));
            }
        }));
    }

    private void raw(List<GuestSocket> rows, String table, Protocol protocol, long net, Skips skips) {
        Chain chain = new Chain(memory, skips, "raw_hashinfo.ht", MOST_IN_BUCKET);
        heads(memory.symbol(table) + rawHeads, RAW_BUCKETS, 8, 0, (head, index) -> {
            if (rawNulls) {
                chain.toNulls(head, node -> rawRow(rows, node - fields.nullsNode, protocol, index, net));
            } else {
                chain.toNull(head, node -> rawRow(rows, node - fields.node, protocol, index, net));
            }
        });
    }

    private void rawRow(List<GuestSocket> rows, long sock, Protocol protocol, int index, long net) {
        if (fields.net.get(memory, sock) == net) {
            rows.add(reader.datagram(sock, protocol, index, false));
        }
    }

    private void unix(List<GuestSocket> rows, long net, Skips skips) {
        long buckets = memory.u64(net + unixBuckets);
        Chain chain = new Chain(memory, skips, "net.unx.table.buckets", MOST_IN_BUCKET);
        heads(buckets, UNIX_BUCKETS, 8, 0,
                (head, _) -> chain.toNull(head, node -> rows.add(unixRow(node - fields.node))));
    }

    /** As net/unix/af_unix.c, unix_seq_show. */
    private GuestSocket unixRow(long sock) {
        int state = fields.state.integer(memory, sock);
        boolean file = fields.socket.get(memory, sock) != 0;
        boolean connected = state == ESTABLISHED;
        int shown = file ? connected ? 3 : 1 : connected ? 2 : 4;
        Unix unix = new Unix(state == LISTEN ? 0x10000 : 0, fields.type.integer(memory, sock), unixPath(sock));
        return new GuestSocket(Protocol.UNIX, 0, new byte[0], 0, new byte[0], 0, shown, 0, 0, 0, 0, 0, 0, 0,
                reader.inode(sock), fields.references.integer(memory, sock), TcpTail.NONE, 0, Optional.of(unix));
    }

    private String unixPath(long sock) {
        long address = unixAddress.get(memory, sock);
        if (address == 0) {
            return "";
        }
        int length = memory.s32(address + unixLength) - 2;
        if (length <= 0 || length > 108) {
            return "";
        }
        byte[] path = memory.bytes(address + unixName + 2, length);
        StringBuilder text = new StringBuilder();
        int end = path[0] == 0 ? length : length - 1;
        for (int i = 0; i < end; i++) {
            text.append(path[i] == 0 ? '@' : (char) (path[i] & 0xff));
        }
        return text.toString();
    }
}

package org.kakuri.system.scwatcher.internal.proc;

import java.util.List;
import java.util.Optional;
import org.kakuri.api.vm.GuestSocket;
import org.kakuri.api.vm.GuestSocket.Protocol;
import org.kakuri.api.vm.GuestSocket.TcpTail;

/** Files of /proc/net (net/ipv4/tcp_ipv4.c, udp.c, raw.c, net/unix/af_unix.c). Kernel addresses are shown as zero, as to users. */
final class NetText {
    static final List<String> FILES = List.of("dev", "raw", "raw6", "tcp", "tcp6", "udp", "udp6", "udplite", "udplite6",
            "unix", "route", "packet");

    private static final String FOUR = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
    private static final String SIX = "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
    private static final String POINTER = "0000000000000000";

    private NetText() {}

    static Optional<String> file(String name, Moment moment) {
        return switch (name) {
        case "tcp" -> Optional.of(tcp(moment, Protocol.TCP, pad(FOUR, 149)));
        case "tcp6" -> Optional.of(tcp(moment, Protocol.TCP6, SIX + "\n"));
        case "udp" -> Optional.of(datagrams(moment, Protocol.UDP, pad(" " + FOUR + " ref pointer drops", 127), 127));
        case "udp6" -> Optional.of(datagrams(moment, Protocol.UDP6, SIX + " ref pointer drops\n", 0));
        case "raw" -> Optional.of(datagrams(moment, Protocol.RAW, FOUR + " ref pointer drops\n", 0));
        case "raw6" -> Optional.of(datagrams(moment, Protocol.RAW6, SIX + " ref pointer drops\n", 0));
        case "udplite" -> Optional.of(pad(" " + FOUR + " ref pointer drops", 127));
        case "udplite6" -> Optional.of(SIX + " ref pointer drops\n");
        case "unix" -> Optional.of(unix(moment));
        case "dev" -> Optional.of("""
                Inter-|   Receive                                                |  Transmit
                 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                """);
        case "route" ->
            Optional.of("Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n");
        case "packet" -> Optional.of("sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n");
        default -> Optional.empty();
        };
    }

    private static List<GuestSocket> of(Moment moment, Protocol protocol) {
        return moment.sockets().stream().filter(socket -> socket.protocol() == protocol).toList();
    }

    private static String pad(String line, int width) {
        return line + " ".repeat(Math.max(0, width - line.length())) + "\n";
    }

    private static String tcp(Moment moment, Protocol protocol, String header) {
        StringBuilder text = new StringBuilder(header);
        int row = 0;
        for (GuestSocket socket : of(moment, protocol)) {
            String line = head(socket, row++, 4) + " %02X:%08X %08X %5d %8d %d %d %s%s".formatted(socket.timer(),
                    socket.timerTicks(), socket.retransmits(), Integer.toUnsignedLong(socket.uid()), socket.probes(),
                    socket.inode(), socket.references(), POINTER, tail(socket));
            text.append(protocol == Protocol.TCP ? pad(line, 149) : line + "\n");
        }
        return text.toString();
    }

    /** TIME_WAIT and half-open connections have none. */
    private static String tail(GuestSocket socket) {
        TcpTail tail = socket.tail();
        return tail.equals(TcpTail.NONE) ? ""
                : " %d %d %d %d %d".formatted(tail.timeout(), tail.acknowledge(), tail.quick(),
                        Integer.toUnsignedLong(tail.window()), tail.threshold());
    }

    private static String datagrams(Moment moment, Protocol protocol, String header, int width) {
        StringBuilder text = new StringBuilder(header);
        for (GuestSocket socket : of(moment, protocol)) {
            boolean udp = protocol == Protocol.UDP || protocol == Protocol.UDP6;
            String line = head(socket, socket.slot(), udp ? 5 : 4)
                    + " 00:00000000 00000000 %5d        0 %d %d %s %d".formatted(Integer.toUnsignedLong(socket.uid()),
                            socket.inode(), socket.references(), POINTER, socket.drops());
            text.append(width > 0 ? pad(line, width) : line + "\n");
        }
        return text.toString();
    }

    private static String head(GuestSocket socket, int number, int width) {
        return ("%" + width + "d: %s:%04X %s:%04X %02X %08X:%08X").formatted(number, address(socket.local()),
                socket.localPort(),
                address(socket.remote()), socket.remotePort(), socket.state(), socket.sendQueue(),
                socket.receiveQueue());
    }

    /** Each four bytes as a number of this machine's order. */
    private static String address(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes.length; i += 4) {
            for (int k = 3; k >= 0; k--) {
                text.append("%02X".formatted(bytes[i + k]));
            }
        }
        return text.toString();
    }

    private static String unix(Moment moment) {
        StringBuilder text = new StringBuilder("Num       RefCount Protocol Flags    Type St Inode Path\n");
        for (GuestSocket socket : of(moment, Protocol.UNIX)) {
            GuestSocket.Unix unix = socket.unix().orElseThrow();
            text.append("%s: %08X %08X %08X %04X %02X %5d".formatted(POINTER, socket.references(), 0, unix.flags(),
                    unix.type(), socket.state(), socket.inode()));
            text.append(unix.path().isEmpty() ? "" : " " + unix.path()).append('\n');
        }
        return text.toString();
    }
}

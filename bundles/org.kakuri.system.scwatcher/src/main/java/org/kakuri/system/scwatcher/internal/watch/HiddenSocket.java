package org.kakuri.system.scwatcher.internal.watch;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.kakuri.api.vm.GuestSocket;
import org.kakuri.api.vm.GuestSocket.Protocol;
import org.kakuri.api.vm.GuestSystem;
import org.kakuri.api.vm.GuestTask;
import org.kakuri.api.vm.HeldSocket;

/**
 * A socket that a process has open and that the kernel's table of its protocol does not have, though it should.
 *
 * @param task who has it
 * @param held the socket
 */
public record HiddenSocket(GuestTask task, HeldSocket held) {
    private record Key(Protocol protocol, long inode) {}

    /** Compares what processes have open with the tables; the guest must stand still meanwhile. */
    public static List<HiddenSocket> find(GuestSystem system, Iterable<GuestTask> tasks) {
        Set<Key> listed = new HashSet<>();
        system.sockets().rows().forEach(row -> listed.add(new Key(row.protocol(), row.inode())));
        Set<Key> seen = new HashSet<>();
        List<HiddenSocket> found = new ArrayList<>();
        for (GuestTask task : tasks) {
            for (HeldSocket held : system.sockets(task).rows()) {
                var key = new Key(held.socket().protocol(), held.socket().inode());
                if (held.tabled() && !listed.contains(key) && seen.add(key)) {
                    found.add(new HiddenSocket(task, held));
                }
            }
        }
        return found;
    }

    /** Returns protocol, address and port, or a UNIX socket's path. */
    public static String name(GuestSocket socket) {
        String protocol = socket.protocol().name().toLowerCase(Locale.ROOT);
        if (socket.protocol() == Protocol.UNIX) {
            return protocol + " " + socket.unix().map(GuestSocket.Unix::path).orElse("");
        }
        try {
            String address = InetAddress.getByAddress(socket.local()).getHostAddress();
            return "%s %s:%d".formatted(protocol,
                    socket.local().length == 16 ? "[" + address.replaceFirst("(^|:)(0(:|$)){2,}", "::") + "]" : address,
                    socket.localPort());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("a guest's address has %d bytes".formatted(socket.local().length), e);
        }
    }
}

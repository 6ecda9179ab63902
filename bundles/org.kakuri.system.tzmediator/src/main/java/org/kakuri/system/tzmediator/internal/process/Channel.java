package org.kakuri.system.tzmediator.internal.process;

import java.util.List;
import org.kakuri.platform.linux.Fd;

/**
 * Two ways between the client and its partner, by descriptors. Children get duplicates; closing this process's own is what
 * lets either side see the other's end.
 *
 * @param kind how messages travel, see {@link Mechanism#kind}
 * @param clientReads end the client reads from
 * @param clientWrites end the client writes to
 * @param partnerReads end the partner reads from
 * @param partnerWrites end the partner writes to
 */
public record Channel(String kind, Fd clientReads, Fd clientWrites, Fd partnerReads,
        Fd partnerWrites) implements AutoCloseable {
    /** Returns a channel over two connected sockets, each of which is read and written; takes them over. */
    static Channel ofSockets(Fd client, Fd partner) {
        try {
            return new Channel(Mechanism.STREAM, client, client.dup(), partner, partner.dup());
        } catch (RuntimeException e) {
            client.close();
            partner.close();
            throw e;
        }
    }

    /** Returns the arguments that tell a program the kind; none for the usual one. */
    List<String> kindArgument() {
        return kind.equals(Mechanism.STREAM) ? List.of() : List.of(kind);
    }

    /** Closes this process's ends once both sides have theirs. */
    void handedOver() {
        close();
    }

    @Override
    public void close() {
        clientReads.close();
        clientWrites.close();
        partnerReads.close();
        partnerWrites.close();
    }
}

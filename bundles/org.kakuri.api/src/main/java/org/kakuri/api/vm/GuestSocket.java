package org.kakuri.api.vm;

import java.util.Optional;

/**
 * A socket, as a row of /proc/net has it.
 *
 * @param protocol
 *            which table
 * @param slot
 *            the table's own number of the row: hash bucket for udp and raw, 0 otherwise
 * @param local
 *            own address; for unix empty
 * @param localPort
 *            own port; for raw the protocol
 * @param remote
 *            the peer's address; for unix empty
 * @param remotePort
 *            the peer's port
 * @param state
 *            number of /proc/net: 1 ESTABLISHED to 12 NEW_SYN_RECV
 * @param sendQueue
 *            bytes
 * @param receiveQueue
 *            bytes; for a listener connections
 * @param timer
 *            which timer runs: 0 none, 1 retransmit, 2 keepalive, 3 TIME_WAIT, 4 zero window
 * @param timerTicks
 *            until it fires, 1/100 s
 * @param retransmits
 *            of the last segment
 * @param uid
 *            owner
 * @param probes
 *            unanswered probes
 * @param inode
 *            of the socket's file; 0 if it has none
 * @param references
 *            reference count
 * @param tail
 *            what the tcp row ends with: rto, ato, quick and pingpong, window, threshold; zeros otherwise
 * @param drops
 *            packets dropped (udp, raw)
 * @param unix
 *            what only unix sockets have
 */
public record GuestSocket(Protocol protocol, int slot, byte[] local, int localPort, byte[] remote, int remotePort,
        int state, long sendQueue, long receiveQueue, int timer, long timerTicks, int retransmits, int uid, int probes,
        long inode, int references, TcpTail tail, int drops, Optional<Unix> unix) {

    /** The tables of /proc/net. */
    public enum Protocol {
        /** TCP over IPv4. */
        TCP,
        /** TCP over IPv6. */
        TCP6,
        /** UDP over IPv4. */
        UDP,
        /** UDP over IPv6. */
        UDP6,
        /** Raw IPv4. */
        RAW,
        /** Raw IPv6. */
        RAW6,
        /** UNIX. */
        UNIX
    }

    /**
     * What a row of /proc/net/tcp ends with.
     *
     * @param timeout
     *            retransmission timeout, 1/100 s
     * @param acknowledge
     *            delayed-ACK timeout, 1/100 s
     * @param quick
     *            quick ACK count, doubled, plus the pingpong bit
     * @param window
     *            congestion window
     * @param threshold
     *            slow-start threshold, -1 while it is initial; for a listener the length of the fast-open queue
     */
    public record TcpTail(long timeout, long acknowledge, int quick, int window, int threshold) {
        /** All zero. */
        public static final TcpTail NONE = new TcpTail(0, 0, 0, 0, 0);
    }

    /**
     * What only unix sockets have.
     *
     * @param flags
     *            of the row: 0x10000 for a listener
     * @param type
     *            SOCK_
     * @param path
     *            its name; an abstract one starts with {@code @}
     */
    public record Unix(int flags, int type, String path) {}
}

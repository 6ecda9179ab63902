package org.kakuri.api.vm;

/**
 * A socket as a process has it open, found through its descriptors and not through the tables of {@link GuestSystem#sockets}.
 *
 * @param descriptor its number in the process
 * @param address of its struct sock
 * @param socket the row that its table would have; the slot is 0
 */
public record HeldSocket(int descriptor, long address, GuestSocket socket) {
    private static final int CLOSE = 7;

    /**
     * Returns whether the kernel lists it: TCP from the time it listens or connects, UDP from the time it has a port, the others
     * always. One that the kernel would list and no table has was taken out of it.
     */
    public boolean tabled() {
        return switch (socket.protocol()) {
        case TCP, TCP6 -> socket.state() != CLOSE;
        case UDP, UDP6 -> socket.localPort() != 0;
        case RAW, RAW6, UNIX -> true;
        };
    }
}

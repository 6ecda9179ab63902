package org.kakuri.platform.linux.posix;

import static org.kakuri.platform.linux.posix.LibraryCalls.INT;
import static org.kakuri.platform.linux.posix.LibraryCalls.LONG;

/** Message queues, see mq_overview(7). Results as {@link PosixLibrary}'s. */
public final class PosixQueues {

    private final LibraryCalls guest;

    PosixQueues(LibraryCalls guest) {
        this.guest = guest;
    }

    /** A message of a queue. */
    public record Message(long result, int priority, byte[] bytes) {}

    /** Maximum 0: the system's default attributes. */
    public int mqOpen(String name, int flags, int mode, long maxMessages, long messageBytes) {
        long length = guest.put(0, name);
        return (int) guest
                .restarting(() -> guest.call(PosixOp.MQ_OPEN, length, length, flags, mode, maxMessages, messageBytes));
    }

    public int mqUnlink(String name) {
        return guest.named(PosixOp.MQ_UNLINK, name);
    }

    /** Deadline in ns since 1970, or {@link PosixLibrary#FOREVER}. */
    public int mqSend(int queue, byte[] message, int priority, long deadline) {
        int length = guest.put(0, message);
        return (int) guest.restarting(() -> guest.call(PosixOp.MQ_SEND, length, queue, length, priority, deadline));
    }

    /** Deadline in ns since 1970, or {@link PosixLibrary#FOREVER}; room: at least the queue's message size. */
    public Message mqReceive(int queue, int room, long deadline) {
        long n = guest.plain(PosixOp.MQ_RECEIVE, queue, (long) room + PosixOp.MESSAGE_AT, deadline);
        return n < 0 ? new Message(n, 0, new byte[0])
                : new Message(n - PosixOp.MESSAGE_AT, guest.data().get(INT, 0),
                        guest.get(PosixOp.MESSAGE_AT, n - PosixOp.MESSAGE_AT));
    }

    /** Flags, maximum, message size, messages now. */
    public int mqGetattr(int queue, long[] attributes) {
        return longs(guest.plain(PosixOp.MQ_GETATTR, queue, 32), attributes);
    }

    public int mqSetattr(int queue, long flags, long[] old) {
        return longs(guest.plain(PosixOp.MQ_SETATTR, queue, flags, 32), old);
    }

    private int longs(long result, long[] to) {
        for (int i = 0; result == 0 && to != null && i < 4; i++) {
            to[i] = guest.data().get(LONG, 8L * i);
        }
        return (int) result;
    }

    /** Has a signal sent when a message comes to the empty queue; 0: no signal; -1: no more. */
    public int mqNotify(int queue, int signal, int value) {
        return (int) guest.plain(PosixOp.MQ_NOTIFY, queue, signal < 0 ? -1 : signal == 0 ? 1 : 0, Math.max(0, signal),
                value);
    }
}

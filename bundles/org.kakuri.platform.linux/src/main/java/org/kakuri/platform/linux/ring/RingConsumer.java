package org.kakuri.platform.linux.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** Takes messages out of a {@link Ring}. One thread at a time; allocates nothing in steady state. */
public final class RingConsumer {

    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private final Ring ring;
    private final WaitPolicy policy;
    private final PeerCheck peer;
    private final WaitWord filled;
    private final WaitWord drained;
    private final MemorySegment data;
    private final long capacity;
    private long head;
    private long tail;

    RingConsumer(Ring ring, WaitPolicy policy, PeerCheck peer) {
        this.ring = ring;
        this.policy = policy;
        this.peer = ring.orClosed(peer);
        this.filled = ring.filledWord();
        this.drained = ring.drainedWord();
        this.data = ring.data();
        this.capacity = ring.capacity();
        this.head = ring.head();
        this.tail = head;
        if (head < 0 || head % 8 != 0) {
            throw new CorruptRing("head", head, "a multiple of 8, not negative");
        }
    }

    /**
     * Hands over what is there, at most {@code limit} messages; returns how many. A message counts as consumed when the
     * handler returns or throws.
     *
     * @throws CorruptRing when a cursor or record is out of bounds; messages before it were handed over
     */
    public int poll(MessageHandler handler, int limit) {
        int taken = 0;
        tail = checkedTail();
        try {
            while (taken < limit && head < tail) {
                long at = head & capacity - 1;
                int length = (int) INT.getOpaque(data, at + RingLayout.RECORD_LENGTH);
                int type = (int) INT.getOpaque(data, at + RingLayout.RECORD_TYPE);
                long bytes = checkedRecord(at, length, type);
                head += bytes;
                if (type != RingLayout.PADDING) {
                    taken++;
                    handler.onMessage(type, data, at + RingLayout.RECORD_HEADER_BYTES, length);
                }
            }
        } finally {
            if (head != ring.head()) {
                ring.publishHead(head);
                drained.post(drained.get() + 1);
            }
        }
        return taken;
    }

    /**
     * Like {@link #poll}, but waits until there is at least one message.
     *
     * @throws PageClosed when a side closed the ring and it is empty
     * @throws PeerGone   when the producer ended and the ring is empty
     */
    public int receive(MessageHandler handler, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit=" + limit + "; at least one message");
        }
        while (true) {
            int seen = filled.get();
            boolean closed = ring.isShutDown();
            int taken = poll(handler, limit);
            if (taken > 0) {
                return taken;
            }
            if (closed) {
                throw new PageClosed("ring");
            }
            ring.await(filled, seen, policy, peer);
        }
    }

    private long checkedTail() {
        long value = ring.tail();
        if (value < tail || value > head + capacity || value % 8 != 0) {
            throw new CorruptRing("tail", value, "a multiple of 8 from " + tail + " to " + (head + capacity));
        }
        return value;
    }

    private long checkedRecord(long at, int length, int type) {
        if (type < RingLayout.PADDING) {
            throw new CorruptRing("record type", type, "not negative, or -1 for padding");
        }
        long most = type == RingLayout.PADDING ? capacity : ring.maxMessage();
        if (length < 0 || length > most) {
            throw new CorruptRing("record length", length, "0 to " + most);
        }
        long bytes = RingLayout.recordBytes(length);
        long left = Math.min(tail - head, capacity - at);
        if (bytes > left) {
            throw new CorruptRing("record length", length, "at most " + (left - RingLayout.RECORD_HEADER_BYTES)
                    + " at position " + head);
        }
        return bytes;
    }

    /** The word the consumer waits on when the ring is empty, with its counts. */
    public WaitWord filledWord() {
        return filled;
    }
}

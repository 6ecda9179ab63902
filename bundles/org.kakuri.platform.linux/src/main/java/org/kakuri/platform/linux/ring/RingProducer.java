package org.kakuri.platform.linux.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Puts messages into a {@link Ring}. One thread at a time; allocates nothing in steady state. */
public final class RingProducer {

    private final Ring ring;
    private final WaitPolicy policy;
    private final PeerCheck peer;
    private final WaitWord filled;
    private final WaitWord drained;
    private final MemorySegment data;
    private final long capacity;
    private long tail;
    private long head;
    private long full;

    RingProducer(Ring ring, WaitPolicy policy, PeerCheck peer) {
        this.ring = ring;
        this.policy = policy;
        this.peer = ring.orClosed(peer);
        this.filled = ring.filledWord();
        this.drained = ring.drainedWord();
        this.data = ring.data();
        this.capacity = ring.capacity();
        this.tail = ring.tail();
        this.head = tail;
        if (tail < 0 || tail % 8 != 0) {
            throw new CorruptRing("tail", tail, "a multiple of 8, not negative");
        }
        this.head = checkedHead(0);
    }

    /**
     * Puts one message; false when there is no room now.
     *
     * @param type not negative
     * @throws CorruptRing when the consumer's cursor is out of bounds
     * @throws PageClosed  when a side closed the ring
     */
    public boolean offer(int type, MemorySegment source, long offset, long length) {
        if (type < 0) {
            throw new IllegalArgumentException("type=" + type + "; types of messages are not negative");
        }
        if (length < 0 || length > ring.maxMessage()) {
            throw new IllegalArgumentException("length=" + length + " does not fit: at most " + ring.maxMessage()
                    + " in a ring of " + capacity);
        }
        if (ring.isShutDown()) {
            throw new PageClosed("ring");
        }
        long bytes = RingLayout.recordBytes(length);
        long at = tail & capacity - 1;
        long padding = bytes > capacity - at ? capacity - at : 0;
        if (!hasRoom(padding + bytes)) {
            full++;
            return false;
        }
        if (padding > 0) {
            header(at, padding - RingLayout.RECORD_HEADER_BYTES, RingLayout.PADDING);
            at = 0;
        }
        header(at, length, type);
        MemorySegment.copy(source, offset, data, at + RingLayout.RECORD_HEADER_BYTES, length);
        tail += padding + bytes;
        ring.publishTail(tail);
        filled.post(filled.get() + 1);
        return true;
    }

    /** Puts one message, waiting for room. */
    public void send(int type, MemorySegment source, long offset, long length) {
        int seen = drained.get();
        while (!offer(type, source, offset, length)) {
            ring.await(drained, seen, policy, peer);
            seen = drained.get();
        }
    }

    private boolean hasRoom(long bytes) {
        if (capacity - (tail - head) >= bytes) {
            return true;
        }
        head = checkedHead(head);
        return capacity - (tail - head) >= bytes;
    }

    private long checkedHead(long lowest) {
        long value = ring.head();
        long from = Math.max(lowest, tail - capacity);
        if (value < from || value > tail || value % 8 != 0) {
            throw new CorruptRing("head", value, "a multiple of 8 from " + from + " to " + tail);
        }
        return value;
    }

    private void header(long at, long length, int type) {
        data.set(ValueLayout.JAVA_INT, at + RingLayout.RECORD_LENGTH, (int) length);
        data.set(ValueLayout.JAVA_INT, at + RingLayout.RECORD_TYPE, type);
    }

    /** How often {@link #offer} found no room. */
    public long full() {
        return full;
    }

    /** The word the producer waits on when the ring is full, with its counts. */
    public WaitWord drainedWord() {
        return drained;
    }
}

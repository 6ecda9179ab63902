package org.kakuri.platform.linux.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * A queue of messages of any size in shared memory, from one producer thread to one consumer thread, in this process or
 * another. {@link RingLayout} says where things are.
 * <p>
 * Each side keeps its own cursor to itself and believes the other's only within bounds: a hostile peer can garble messages or
 * stop, but not make this side read or write outside the data area.
 */
public final class Ring implements AutoCloseable {

    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private final MemorySegment memory;
    private final MemorySegment data;
    private final long capacity;
    private volatile boolean closedHere;

    private Ring(MemorySegment memory, long capacity) {
        this.memory = memory;
        this.capacity = capacity;
        this.data = memory.asSlice(RingLayout.HEADER_BYTES, capacity);
    }

    /** Lays out an empty ring; the memory must be {@link RingLayout#bytes} of some capacity. */
    public static Ring create(MemorySegment memory) {
        long capacity = memory.byteSize() - RingLayout.HEADER_BYTES;
        if (memory.byteSize() != RingLayout.bytes(capacity)) {
            throw new IllegalArgumentException("not the size of a ring: bytes=" + memory.byteSize());
        }
        memory.asSlice(0, RingLayout.HEADER_BYTES).fill((byte) 0);
        memory.set(ValueLayout.JAVA_INT, RingLayout.VERSION, RingLayout.VERSION_VALUE);
        memory.set(ValueLayout.JAVA_LONG, RingLayout.CAPACITY, capacity);
        LONG.setVolatile(memory, RingLayout.MAGIC, RingLayout.MAGIC_VALUE);
        return new Ring(memory, capacity);
    }

    /**
     * Takes a ring that the peer laid out.
     *
     * @throws CorruptRing when it is none, is of another version or claims more data than there is memory
     */
    public static Ring open(MemorySegment memory) {
        if (memory.byteSize() < RingLayout.HEADER_BYTES + RingLayout.MIN_CAPACITY) {
            throw new CorruptRing("size", memory.byteSize(),
                    "at least " + (RingLayout.HEADER_BYTES + RingLayout.MIN_CAPACITY));
        }
        long magic = (long) LONG.getVolatile(memory, RingLayout.MAGIC);
        if (magic != RingLayout.MAGIC_VALUE) {
            throw new CorruptRing("magic", magic, "" + RingLayout.MAGIC_VALUE);
        }
        int version = memory.get(ValueLayout.JAVA_INT, RingLayout.VERSION);
        if (version != RingLayout.VERSION_VALUE) {
            throw new CorruptRing("version", version, "" + RingLayout.VERSION_VALUE);
        }
        long capacity = memory.get(ValueLayout.JAVA_LONG, RingLayout.CAPACITY);
        long room = memory.byteSize() - RingLayout.HEADER_BYTES;
        if (!RingLayout.isCapacity(capacity) || capacity > room) {
            throw new CorruptRing("capacity", capacity, "a power of two from 64 to " + room);
        }
        return new Ring(memory, capacity);
    }

    /** The producing half; one per ring. */
    public RingProducer producer(WaitPolicy policy, PeerCheck peer) {
        return new RingProducer(this, policy, peer);
    }

    /** The consuming half; one per ring. */
    public RingConsumer consumer(WaitPolicy policy, PeerCheck peer) {
        return new RingConsumer(this, policy, peer);
    }

    /** Bytes of the data area. */
    public long capacity() {
        return capacity;
    }

    /** Bytes of the largest message. */
    public long maxMessage() {
        return RingLayout.maxMessage(capacity);
    }

    /** Tells both sides to end; what is in the ring can still be consumed. Any thread. */
    @Override
    public void close() {
        closedHere = true;
        INT.setVolatile(memory, RingLayout.SHUTDOWN, 1);
        filledWord().disturb();
        drainedWord().disturb();
    }

    boolean isShutDown() {
        return closedHere || (int) INT.getVolatile(memory, RingLayout.SHUTDOWN) != 0;
    }

    /** Waits for a change of one of the ring's words; returns also when the ring is closed. */
    void await(WaitWord word, int seen, WaitPolicy policy, PeerCheck peer) {
        try {
            word.await(seen, policy, peer, Sleeper.FUTEX);
        } catch (PeerGone e) {
            if (!isShutDown()) {
                throw e;
            }
        }
    }

    /** The peer's check, failing also when the ring is closed. */
    PeerCheck orClosed(PeerCheck peer) {
        return () -> !isShutDown() && peer.alive();
    }

    MemorySegment data() {
        return data;
    }

    long head() {
        return (long) LONG.getAcquire(memory, RingLayout.HEAD);
    }

    long tail() {
        return (long) LONG.getAcquire(memory, RingLayout.TAIL);
    }

    void publishHead(long head) {
        LONG.setRelease(memory, RingLayout.HEAD, head);
    }

    void publishTail(long tail) {
        LONG.setRelease(memory, RingLayout.TAIL, tail);
    }

    WaitWord filledWord() {
        return new WaitWord("messages in the ring", memory, RingLayout.FILLED, RingLayout.CONSUMER_SLEEPS);
    }

    WaitWord drainedWord() {
        return new WaitWord("room in the ring", memory, RingLayout.DRAINED, RingLayout.PRODUCER_SLEEPS);
    }
}

package org.kakuri.platform.linux.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * A page of shared memory for synchronous calls: one client thread calls, one server thread answers, one call at a time.
 * <p>
 * Neither side trusts the other: {@link CallClient} and {@link CallServer} copy each field once and check the copy. The data area
 * belongs to the client while no call is open and to the server during a call; a hostile peer may write it at any time, so
 * what is checked must be copied first.
 */
public final class CallPage {

    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private final MemorySegment page;
    private final MemorySegment data;
    private volatile boolean closedHere;

    private CallPage(MemorySegment page, long dataSize) {
        this.page = page;
        this.data = page.asSlice(CallPageLayout.HEADER_BYTES, dataSize);
    }

    /** Lays out a page over memory that holds zeros or an old page nobody uses any more; all of it is used. */
    public static CallPage create(MemorySegment memory) {
        if (memory.byteSize() < CallPageLayout.HEADER_BYTES) {
            throw new IllegalArgumentException("too small for a call page: bytes=" + memory.byteSize() + ", at least "
                    + CallPageLayout.HEADER_BYTES);
        }
        memory.asSlice(0, CallPageLayout.HEADER_BYTES).fill((byte) 0);
        long dataSize = memory.byteSize() - CallPageLayout.HEADER_BYTES;
        memory.set(ValueLayout.JAVA_INT, CallPageLayout.VERSION, CallPageLayout.VERSION_VALUE);
        memory.set(ValueLayout.JAVA_LONG, CallPageLayout.DATA_SIZE, dataSize);
        LONG.setVolatile(memory, CallPageLayout.MAGIC, CallPageLayout.MAGIC_VALUE);
        return new CallPage(memory, dataSize);
    }

    /**
     * Takes a page that the peer laid out.
     *
     * @throws CorruptPage when it is none, is of another version or claims more data than there is memory
     */
    public static CallPage open(MemorySegment memory) {
        if (memory.byteSize() < CallPageLayout.HEADER_BYTES) {
            throw new CorruptPage("size", memory.byteSize(), "at least " + CallPageLayout.HEADER_BYTES);
        }
        long magic = (long) LONG.getVolatile(memory, CallPageLayout.MAGIC);
        if (magic != CallPageLayout.MAGIC_VALUE) {
            throw new CorruptPage("magic", magic, "" + CallPageLayout.MAGIC_VALUE);
        }
        int version = memory.get(ValueLayout.JAVA_INT, CallPageLayout.VERSION);
        if (version != CallPageLayout.VERSION_VALUE) {
            throw new CorruptPage("version", version, "" + CallPageLayout.VERSION_VALUE);
        }
        long dataSize = memory.get(ValueLayout.JAVA_LONG, CallPageLayout.DATA_SIZE);
        long room = memory.byteSize() - CallPageLayout.HEADER_BYTES;
        if (dataSize < 0 || dataSize > room) {
            throw new CorruptPage("data size", dataSize, "0 to " + room);
        }
        return new CallPage(memory, dataSize);
    }

    /** The client half; one per page, for one thread at a time. */
    public CallClient client(WaitPolicy policy, PeerCheck peer) {
        return new CallClient(this, policy, peer, Sleeper.FUTEX);
    }

    /** The client half of a side that sleeps in its own way. */
    public CallClient client(WaitPolicy policy, PeerCheck peer, Sleeper sleeper) {
        return new CallClient(this, policy, peer, sleeper);
    }

    /** The server half; one per page, for one thread at a time. */
    public CallServer server(WaitPolicy policy, PeerCheck peer) {
        return new CallServer(this, policy, peer);
    }

    /** The data area. */
    public MemorySegment data() {
        return data;
    }

    MemorySegment memory() {
        return page;
    }

    boolean isShutDown() {
        return closedHere || (int) INT.getVolatile(page, CallPageLayout.SHUTDOWN) != 0;
    }

    /** Ends the waits of both sides; those of this process even if the peer undoes what is written to the page. */
    void shutDown() {
        closedHere = true;
        INT.setVolatile(page, CallPageLayout.SHUTDOWN, 1);
        requestWord().disturb();
        replyWord().disturb();
    }

    /** The peer's check, failing also when the page is closed. */
    PeerCheck orClosed(PeerCheck peer) {
        return () -> !isShutDown() && peer.alive();
    }

    WaitWord requestWord() {
        return new WaitWord("request word of the call page", page, CallPageLayout.REQUEST,
                CallPageLayout.SERVER_SLEEPS);
    }

    WaitWord replyWord() {
        return new WaitWord("reply word of the call page", page, CallPageLayout.REPLY, CallPageLayout.CLIENT_SLEEPS);
    }
}

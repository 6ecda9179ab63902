package org.kakuri.platform.linux.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.kakuri.platform.linux.Errno;

/** The answering half of a {@link CallPage}: one thread at a time. */
public final class CallServer implements AutoCloseable {

    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private final CallPage page;
    private final MemorySegment memory;
    private final WaitPolicy policy;
    private final PeerCheck peer;
    private final WaitWord request;
    private final WaitWord reply;
    private final long[] arguments = new long[CallPageLayout.ARGUMENT_COUNT];
    private int sequence;
    private long calls;

    CallServer(CallPage page, WaitPolicy policy, PeerCheck peer) {
        this.page = page;
        this.memory = page.memory();
        this.policy = policy;
        this.peer = page.orClosed(peer);
        this.request = page.requestWord();
        this.reply = page.replyWord();
        this.sequence = reply.get();
    }

    /**
     * Answers until a side closes the page.
     *
     * @throws PeerGone    when the client ended without closing
     * @throws CorruptPage when a request breaks the protocol; the client was answered -EINVAL
     */
    public void serve(CallHandler handler) {
        boolean open = true;
        while (open) {
            open = serveOne(handler);
        }
    }

    /** Answers one call; false when the page is closed. */
    public boolean serveOne(CallHandler handler) {
        int asked = await();
        if (page.isShutDown()) {
            return false;
        }
        int operation = (int) INT.getOpaque(memory, CallPageLayout.OPERATION);
        long length = (long) LONG.getOpaque(memory, CallPageLayout.LENGTH);
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = (long) LONG.getOpaque(memory, CallPageLayout.ARGUMENTS + 8L * i);
        }
        if (asked != sequence + 1) {
            answer(-Errno.EINVAL);
            throw new CorruptPage("request sequence", asked, "" + sequence);
        }
        if (length < 0 || length > page.data().byteSize()) {
            answer(-Errno.EINVAL);
            throw new CorruptPage("length", length, "0 to " + page.data().byteSize());
        }
        long result = -Errno.EIO;
        try {
            result = handler.handle(operation, arguments, length, page.data());
        } finally {
            answer(result);
        }
        return true;
    }

    private int await() {
        try {
            return request.await(sequence, policy, peer, Sleeper.FUTEX);
        } catch (PeerGone e) {
            if (page.isShutDown()) {
                return sequence;
            }
            throw e;
        }
    }

    private void answer(long result) {
        calls++;
        memory.set(ValueLayout.JAVA_LONG, CallPageLayout.RESULT, result);
        reply.post(++sequence);
    }

    /** Lets the client know, without a call, whether there is something to ask for. Any thread. */
    public void attention(boolean wanted) {
        INT.setRelease(memory, CallPageLayout.ATTENTION, wanted ? 1 : 0);
    }

    /** Calls answered. */
    public long calls() {
        return calls;
    }

    /** The word the server waits on, with its counts. */
    public WaitWord requestWord() {
        return request;
    }

    /** Tells the client that no more is answered. May be called by any thread; a waiting server returns. */
    @Override
    public void close() {
        page.shutDown();
    }
}

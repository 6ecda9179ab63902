package org.kakuri.platform.linux.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** The calling half of a {@link CallPage}: one thread at a time. Allocates nothing in steady state. */
public final class CallClient implements AutoCloseable {

    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final long LOWEST_ERRNO = -4095;

    private final CallPage page;
    private final MemorySegment memory;
    private final WaitPolicy policy;
    private final PeerCheck peer;
    private final Sleeper sleeper;
    private final WaitWord request;
    private final WaitWord reply;
    private int sequence;
    private boolean open;
    private boolean broken;
    private long calls;
    private volatile long refusedReplies;

    CallClient(CallPage page, WaitPolicy policy, PeerCheck peer, Sleeper sleeper) {
        this.page = page;
        this.memory = page.memory();
        this.policy = policy;
        this.peer = page.orClosed(peer);
        this.sleeper = sleeper;
        this.request = page.requestWord();
        this.reply = page.replyWord();
        this.sequence = reply.get();
    }

    /** The data area: fill it before a call, read it after. */
    public MemorySegment data() {
        return page.data();
    }

    /**
     * One call: posts, waits, returns the result.
     *
     * @param length    request bytes in the data area
     * @param maxResult largest result that makes sense, such as the bytes asked for; a larger one is refused
     * @return not negative, or {@code -errno}
     * @throws CorruptPage when the reply breaks the protocol
     * @throws PeerGone    when the server ended
     * @throws PageClosed  when a side closed the page
     */
    public long call(int operation, long a0, long a1, long a2, long a3, long a4, long a5, long length,
            long maxResult) {
        post(operation, a0, a1, a2, a3, a4, a5, length);
        return awaitReply(maxResult);
    }

    /** Only posts a call; {@link #awaitReply} must follow before the next. */
    public void post(int operation, long a0, long a1, long a2, long a3, long a4, long a5, long length) {
        if (broken) {
            throw new IllegalStateException("an earlier call failed: operation=" + operation
                    + "; start a new server with a new page");
        }
        if (open) {
            throw new IllegalStateException("a call is open: operation=" + operation + "; await its reply first");
        }
        if (length < 0 || length > page.data().byteSize()) {
            throw new IllegalArgumentException(
                    "length=" + length + " does not fit the data area of " + page.data().byteSize() + " bytes");
        }
        if (page.isShutDown()) {
            throw new PageClosed("call page");
        }
        memory.set(ValueLayout.JAVA_INT, CallPageLayout.OPERATION, operation);
        memory.set(ValueLayout.JAVA_LONG, CallPageLayout.LENGTH, length);
        memory.set(ValueLayout.JAVA_LONG, CallPageLayout.ARGUMENTS, a0);
        memory.set(ValueLayout.JAVA_LONG, CallPageLayout.ARGUMENTS + 8, a1);
        memory.set(ValueLayout.JAVA_LONG, CallPageLayout.ARGUMENTS + 16, a2);
        memory.set(ValueLayout.JAVA_LONG, CallPageLayout.ARGUMENTS + 24, a3);
        memory.set(ValueLayout.JAVA_LONG, CallPageLayout.ARGUMENTS + 32, a4);
        memory.set(ValueLayout.JAVA_LONG, CallPageLayout.ARGUMENTS + 40, a5);
        open = true;
        request.post(sequence + 1);
    }

    /** Whether the reply to the open call is there. */
    public boolean replyReady() {
        return open && reply.get() != sequence;
    }

    /** Waits for the reply to the posted call; see {@link #call}. */
    public long awaitReply(long maxResult) {
        if (!open) {
            throw new IllegalStateException("no call is open; post one first");
        }
        int old = sequence;
        broken = true;
        int answered = await(old);
        broken = false;
        open = false;
        if (page.isShutDown()) {
            throw new PageClosed("call page");
        }
        sequence = old + 1;
        long result = (long) LONG.getOpaque(memory, CallPageLayout.RESULT);
        calls++;
        if (answered != sequence) {
            throw refuse("reply sequence", answered, "" + sequence);
        }
        if (result < LOWEST_ERRNO || result > maxResult) {
            throw refuse("result", result, LOWEST_ERRNO + " to " + maxResult);
        }
        return result;
    }

    private int await(int old) {
        try {
            return reply.await(old, policy, peer, sleeper);
        } catch (PeerGone e) {
            throw page.isShutDown() ? new PageClosed("call page") : e;
        }
    }

    /** What the server set last by {@link CallServer#attention}; a hint, since it may lie. */
    public boolean attention() {
        return (int) INT.getAcquire(memory, CallPageLayout.ATTENTION) != 0;
    }

    /** Refuses the last reply for what the data area held, after the caller copied it: counted, and no call follows it. */
    public CorruptPage refuseReply(String field, long value, String rule) {
        return refuse(field, value, rule);
    }

    private CorruptPage refuse(String field, long value, String rule) {
        refusedReplies = refusedReplies + 1;
        broken = true;
        return new CorruptPage(field, value, rule);
    }

    /** Calls answered. */
    public long calls() {
        return calls;
    }

    /** Replies that broke the protocol; after the first the client refuses to go on. Any thread. */
    public long refusedReplies() {
        return refusedReplies;
    }

    /** The word the client waits on, with its counts. */
    public WaitWord replyWord() {
        return reply;
    }

    /** Tells the server to end. May be called by any thread; a call that is waiting ends with {@link PageClosed}. */
    @Override
    public void close() {
        page.shutDown();
    }
}

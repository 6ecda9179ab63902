package org.kakuri.platform.linux;

import static org.kakuri.platform.linux.Native.INT;
import static org.kakuri.platform.linux.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;

/**
 * Lets another thread end whatever call one thread blocks in, at no cost to the calls: a signal whose handler does nothing makes
 * the call return EINTR. {@link BlockingCalls} needs a poll before each call instead, but works for any thread at any time.
 * <p>
 * The owning thread is the one that called {@link #bind}. Around each call that may block it asks {@link #enter} first and says
 * {@link #leave} after; a call that returned {@code -EINTR} is to be repeated, from {@code enter}, which tells whether it may.
 */
public final class CallGate {

    /** One of the last real-time signals; nothing else here uses it. */
    public static final int SIGNAL = Signals.SIGRTMAX - 2;

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final long SIGACTION_BYTES = 152;
    private static final MethodHandle SIGACTION = Native.withErrno("sigaction", INT, INT, POINTER, POINTER);
    private static final MethodHandle TGKILL = Native.withErrno("tgkill", INT, INT, INT, INT);
    private static final VarHandle INSIDE;

    static {
        try {
            INSIDE = MethodHandles.lookup().findVarHandle(CallGate.class, "inside", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
        install();
    }

    private final int process = (int) ProcessHandle.current().pid();
    private volatile int thread;
    private volatile boolean closed;
    /** True while the owner may block; stored before {@code closed} is looked at. */
    @SuppressWarnings("unused")
    private boolean inside;

    /** The handler is abs(3): it takes an int, touches nothing and may run anywhere. Without SA_RESTART calls end. */
    private static void install() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment action = arena.allocate(SIGACTION_BYTES, 8);
            action.set(ValueLayout.ADDRESS, 0, Native.address("abs"));
            MemorySegment state = Native.state();
            int result = (int) SIGACTION.invokeExact(state, SIGNAL, action, MemorySegment.NULL);
            Native.check(Native.result(state, result), "sigaction", "signal=" + SIGNAL);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Makes the calling thread the owner. Once, before its first call. */
    public void bind() {
        Signals.unblock(SIGNAL);
        thread = ThreadIds.tid();
    }

    /** Says that the owner is about to call; false if it must not any more. */
    public boolean enter() {
        INSIDE.setVolatile(this, true);
        if (closed) {
            INSIDE.setVolatile(this, false);
            return false;
        }
        return true;
    }

    /** Says that the call is over. */
    public void leave() {
        INSIDE.setRelease(this, false);
    }

    /**
     * Ends the call the owner is in, and every later one before it begins. Any thread; returns when the owner is out, or after
     * two seconds if the kernel does not let it go.
     */
    public void close() {
        closed = true;
        long until = System.nanoTime() + PATIENCE.toNanos();
        while ((boolean) INSIDE.getVolatile(this) && System.nanoTime() - until < 0) {
            interrupt();
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Makes the call the owner is in return EINTR, if it has begun; to be repeated until the owner is out. Any thread. */
    public void interrupt() {
        if (!(boolean) INSIDE.getVolatile(this)) {
            return;
        }
        MemorySegment state = Native.state();
        try {
            int unused = (int) TGKILL.invokeExact(state, process, thread, SIGNAL);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}

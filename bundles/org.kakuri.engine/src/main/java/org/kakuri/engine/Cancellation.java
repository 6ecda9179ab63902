package org.kakuri.engine;

/** Ends a run early. Whoever started the run calls {@link #cancel()}, from any thread; it cannot be taken back. */
public final class Cancellation {
    /** One that is never used. */
    public static final Cancellation NEVER = new Cancellation(false);

    private final boolean possible;
    private volatile boolean cancelled;

    /** Makes one that can be used once. */
    public Cancellation() {
        this(true);
    }

    private Cancellation(boolean possible) {
        this.possible = possible;
    }

    /** Ends the run at its next block, or in the middle of one that does not end soon. */
    public void cancel() {
        if (!possible) {
            throw new IllegalStateException("Cancellation.NEVER cannot be used; make a new one");
        }
        cancelled = true;
    }

    /** Returns whether {@link #cancel()} was called. */
    public boolean cancelled() {
        return cancelled;
    }
}

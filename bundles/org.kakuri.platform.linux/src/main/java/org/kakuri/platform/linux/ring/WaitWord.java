package org.kakuri.platform.linux.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.kakuri.platform.linux.Futex;

/**
 * An int in shared memory that one side posts and one thread of the other side waits for, with a flag that says that the
 * waiter sleeps. Both sides make their own object over the same memory.
 * <p>
 * The poster stores the word and then loads the flag; the waiter stores the flag and then loads the word, all sequentially
 * consistent: at least one of them sees the other's store, so no wake-up is lost. A hostile peer can at worst cause
 * needless wake-ups, or none; then the wait goes on until the peer check ends it.
 */
public final class WaitWord {

    /** Longest sleep before the peer check is asked again. */
    public static final long CHECK_NANOS = 100_000_000L;

    private static final int YIELDS_PER_CHECK = 256;
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    private final String name;
    private final MemorySegment word;
    private final MemorySegment flag;
    private final SpinBudget budget = new SpinBudget();
    private long spins;
    private long yields;
    private long sleeps;

    /**
     * @param name   for messages
     * @param memory shared by both sides
     * @param wordAt offset of the word, a multiple of 4, best alone on a cache line
     * @param flagAt offset of the waiter's flag, likewise
     */
    public WaitWord(String name, MemorySegment memory, long wordAt, long flagAt) {
        this.name = name;
        this.word = memory.asSlice(wordAt, 4, 4);
        this.flag = memory.asSlice(flagAt, 4, 4);
    }

    /** The word now; what the peer wrote before posting it is visible after. */
    public int get() {
        return (int) INT.getAcquire(word, 0L);
    }

    /** Stores the word and wakes the waiter if it sleeps. */
    public void post(int value) {
        INT.setVolatile(word, 0L, value);
        if ((int) INT.getVolatile(flag, 0L) != 0) {
            Futex.wake(word, 1);
        }
    }

    /**
     * Changes the word and wakes every sleeper, so that a waiter looks at what else changed: how a side that is closed ends
     * a wait. Safe beside a {@link #post} of another thread.
     */
    public void disturb() {
        INT.getAndAdd(word, 0L, 1);
        kick();
    }

    /** Wakes the waiter without changing the word: it asks its peer check. */
    public void kick() {
        Futex.wake(word, Integer.MAX_VALUE);
    }

    /** Waits until the word differs from {@code old}; returns what it then held. */
    public int await(int old, WaitPolicy policy) {
        return await(old, policy, PeerCheck.NONE, Sleeper.FUTEX);
    }

    /**
     * Waits until the word differs from {@code old}; returns what it then held.
     *
     * @throws PeerGone when the peer check fails and the word still holds {@code old}
     */
    public int await(int old, WaitPolicy policy, PeerCheck peer, Sleeper sleeper) {
        int value = get();
        if (value != old) {
            return value;
        }
        if (policy.spins() == 0) {
            return awaitYielding(old, policy, peer, sleeper);
        }
        long start = System.nanoTime();
        int most = budget.of(policy.spins());
        int n = 0;
        while (n < most) {
            n++;
            Thread.onSpinWait();
            value = get();
            if (value != old) {
                spins += n;
                return value;
            }
        }
        spins += n;
        long spun = System.nanoTime() - start;
        long before = sleeps;
        value = awaitYielding(old, policy, peer, sleeper);
        if (sleeps != before) {
            budget.slept(spun, System.nanoTime() - start);
        }
        return value;
    }

    private int awaitYielding(int old, WaitPolicy policy, PeerCheck peer, Sleeper sleeper) {
        int n = 0;
        long checkAt = policy.sleep() ? 0 : System.nanoTime() + CHECK_NANOS;
        while (!policy.sleep() || n < policy.yields()) {
            n++;
            yields++;
            Thread.yield();
            int value = get();
            if (value != old) {
                return value;
            }
            if (!policy.sleep() && n % YIELDS_PER_CHECK == 0 && System.nanoTime() - checkAt > 0) {
                check(old, peer);
                checkAt = System.nanoTime() + CHECK_NANOS;
            }
        }
        return awaitSleeping(old, peer, sleeper);
    }

    private int awaitSleeping(int old, PeerCheck peer, Sleeper sleeper) {
        while (true) {
            sleeps++;
            sleeper.sleepUntilChanged(this, old);
            int value = get();
            if (value != old) {
                return value;
            }
            check(old, peer);
        }
    }

    private void check(int old, PeerCheck peer) {
        if (!peer.alive() && get() == old) {
            throw new PeerGone(name);
        }
    }

    /** One sleep: announces it, looks again, sleeps on the futex at most {@code nanos}. May return for nothing. */
    public void sleep(int old, long nanos) {
        INT.setVolatile(flag, 0L, 1);
        try {
            if ((int) INT.getVolatile(word, 0L) == old) {
                Futex.await(word, old, nanos);
            }
        } finally {
            INT.setVolatile(flag, 0L, 0);
        }
    }

    /** Spins of all waits through this object so far; exact when read by the waiting thread. */
    public long spins() {
        return spins;
    }

    /** Yields of all waits through this object so far. */
    public long yields() {
        return yields;
    }

    /** Sleeps of all waits through this object so far. */
    public long sleeps() {
        return sleeps;
    }

    @Override
    public String toString() {
        return name;
    }
}

package org.kakuri.platform.linux.ring;

/**
 * How many of the allowed spins a wait makes. Spinning pays only if it lasts to the end of the wait: after a wait that outlasted all
 * the spins there may be, the next one makes half as many; after one that they would have covered, the next may make them all again.
 * For one waiting thread.
 */
final class SpinBudget {
    private static final int MOST_HALVINGS = 4;

    private int halvings;
    private long allNanos;

    /** Returns how many spins to make. */
    int of(int allowed) {
        return halvings == 0 ? allowed : Math.min(allowed, Math.max(1, allowed >> halvings));
    }

    /**
     * Takes note of a wait that had to sleep.
     *
     * @param spunNanos how long its spins took
     * @param waitedNanos how long it took in all
     */
    void slept(long spunNanos, long waitedNanos) {
        if (halvings == 0) {
            allNanos = spunNanos;
        }
        halvings = waitedNanos <= allNanos ? 0 : Math.min(halvings + 1, MOST_HALVINGS);
    }
}

package org.kakuri.platform.linux.ring;

/**
 * How a waiting side sleeps. A context inside a TEE cannot sleep in the kernel: it exits its world, the host side calls
 * {@link WaitWord#sleep} on its behalf, and the context is entered again.
 */
@FunctionalInterface
public interface Sleeper {

    /** Sleeps on the futex of the word, at most {@link WaitWord#CHECK_NANOS}. */
    Sleeper FUTEX = (word, old) -> word.sleep(old, WaitWord.CHECK_NANOS);

    /**
     * Returns when the word no longer holds {@code old}, or earlier: the caller looks again. Should return at least every
     * 100 ms, so that a dead peer is noticed.
     */
    void sleepUntilChanged(WaitWord word, int old);
}

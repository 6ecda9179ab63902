package org.kakuri.platform.linux.ring;

/**
 * How to wait for a word to change: look {@code spins} times, then look and yield the core {@code yields} times, then sleep
 * on a futex, or go on yielding when {@code sleep} is false.
 * <p>
 * Spinning pays only when the peer has a core of its own; on one core it keeps the peer from answering. Where waits outlast the
 * spins, the next ones spin less, down to a sixteenth.
 *
 * @param spins  looks with a spin hint between them
 * @param yields looks with sched_yield between them
 * @param sleep  whether to sleep after that
 */
public record WaitPolicy(int spins, int yields, boolean sleep) {

    /** Both sides share a core: give it away at once. */
    public static final WaitPolicy CO_LOCATED = new WaitPolicy(0, 10, true);

    /** Each side has a core: spin through a short answer time. */
    public static final WaitPolicy OWN_CORE = new WaitPolicy(20_000, 10, true);

    /** Short spin, some yields, sleep: the polling call style, placement not known. */
    public static final WaitPolicy ADAPTIVE = new WaitPolicy(100, 10, true);

    /** One yield, then sleep: the call style that costs least while idle. */
    public static final WaitPolicy ONE_YIELD = new WaitPolicy(0, 1, true);

    /** Sleep at once. */
    public static final WaitPolicy SLEEP_ONLY = new WaitPolicy(0, 0, true);

    public WaitPolicy {
        if (spins < 0 || yields < 0) {
            throw new IllegalArgumentException("a count is negative: spins=" + spins + ", yields=" + yields);
        }
        if (!sleep && yields == 0) {
            throw new IllegalArgumentException("without sleep some yields are needed: yields=0; a pure spin starves "
                    + "a peer on the same core");
        }
    }
}

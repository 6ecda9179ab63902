package org.kakuri.engine.internal.run;

/**
 * How many samples a block of an arm asks for. Found during warm-up so that a block lasts about 25 ms: at least 10 samples
 * unless these take more than a second, at most 2000. Fixed while blocks count.
 */
final class BlockSize {
    private static final double TARGET_NS = 25e6;
    private static final double MOST_NS = 1e9;
    private static final int LEAST = 10;
    private static final int MOST = 2000;

    private final boolean fixed;
    private int iterations;

    /** Begins with what was asked for, or with one sample if that is 0. */
    BlockSize(int requested, boolean warmup) {
        fixed = requested > 0;
        iterations = fixed ? requested : warmup ? 1 : LEAST;
    }

    int iterations() {
        return iterations;
    }

    /** Learns from a warm-up block. */
    void learn(int samples, long ns) {
        if (!fixed) {
            double each = Math.max(1, (double) ns / samples);
            double least = Math.clamp(MOST_NS / each, 1, LEAST);
            iterations = (int) Math.clamp(TARGET_NS / each, least, Math.min(MOST, 100.0 * iterations));
        }
    }
}

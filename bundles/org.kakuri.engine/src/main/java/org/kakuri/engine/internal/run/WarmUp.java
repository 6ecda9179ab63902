package org.kakuri.engine.internal.run;

import java.util.OptionalDouble;
import org.kakuri.engine.internal.stats.Quantiles;

/**
 * What the blocks for warm-up teach about one arm.
 *
 * <p>
 * <b>Block size.</b> A block shall last about 25 ms as the median sample goes, so that a single interruption does not make blocks
 * small, and no more than 250 ms as its mean goes, so that an arm that is interrupted all the time still comes to its end. At
 * least 10 samples unless these take more than a second; at most 2000. Samples that are no times are taken by the block's time
 * alone.
 *
 * <p>
 * <b>Settling.</b> An arm whose median fell by more than 10 % from one block to the next is still getting faster.
 */
final class WarmUp {
    private static final double TARGET_NS = 25e6;
    private static final double MEAN_NS = 250e6;
    private static final double MOST_NS = 1e9;
    private static final int LEAST = 10;
    private static final int MOST = 2000;
    private static final int ENOUGH = 5;
    private static final double FALLING = 0.9;

    private final boolean fixed;
    private final OptionalDouble unit;
    private int iterations;
    private double previous = Double.NaN;
    private boolean falling;

    /**
     * @param requested samples in a block; 0 to find out, beginning with one
     * @param blocks whether there will be blocks for warm-up
     * @param unit nanoseconds in a sample's unit; empty if samples are no times
     */
    WarmUp(int requested, boolean blocks, OptionalDouble unit) {
        fixed = requested > 0;
        iterations = fixed ? requested : blocks ? 1 : LEAST;
        this.unit = unit;
    }

    /** Returns how many samples the next block asks for. */
    int iterations() {
        return iterations;
    }

    /** Returns whether the last block was still much faster than the one before. */
    boolean falling() {
        return falling;
    }

    /** Learns from a block for warm-up, which took so long as a whole. */
    void learn(double[] samples, long ns) {
        double median = Quantiles.median(samples);
        falling = median < FALLING * previous;
        previous = samples.length >= ENOUGH ? median : Double.NaN;
        if (!fixed) {
            double mean = Math.max(1, (double) ns / samples.length);
            double typical = unit.isPresent() ? Math.clamp(median * unit.getAsDouble(), 1, mean) : mean;
            double wanted = Math.min(TARGET_NS / typical, MEAN_NS / mean);
            double least = Math.clamp(MOST_NS / mean, 1, LEAST);
            iterations = (int) Math.clamp(wanted, least, Math.max(least, Math.min(MOST, 100.0 * iterations)));
        }
    }
}

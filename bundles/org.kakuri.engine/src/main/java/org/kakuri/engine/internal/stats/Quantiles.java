package org.kakuri.engine.internal.stats;

import java.util.Arrays;
import java.util.List;
import org.kakuri.engine.ArmReport;
import org.kakuri.engine.Statistics;

/** Order statistics. Quantiles interpolate linearly between order statistics (Hyndman and Fan 1996, type 7). */
public final class Quantiles {

    private Quantiles() {}

    /**
     * Returns a quantile.
     *
     * @param sorted samples in ascending order, at least one
     * @param q from 0 to 1
     */
    public static double quantile(double[] sorted, double q) {
        double at = q * (sorted.length - 1);
        int below = (int) Math.floor(at);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /** Returns the median of samples in any order. */
    public static double median(double[] samples) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        return quantile(sorted, 0.5);
    }

    /** Returns all samples of the blocks in ascending order. */
    public static double[] pooled(List<double[]> blocks) {
        double[] all = new double[blocks.stream().mapToInt(block -> block.length).sum()];
        int at = 0;
        for (double[] block : blocks) {
            System.arraycopy(block, 0, all, at, block.length);
            at += block.length;
        }
        Arrays.sort(all);
        return all;
    }

    /**
     * Returns what the blocks of an arm say.
     *
     * @param blocks samples by block, in the order they were measured; at least one block, none empty
     * @param seed of the bootstrap
     */
    public static Statistics describe(List<double[]> blocks, long seed) {
        double[] sorted = pooled(blocks);
        double p50 = quantile(sorted, 0.5);
        double[] deviations = Arrays.stream(sorted).map(x -> Math.abs(x - p50)).toArray();
        Interval interval = Bootstrap.median(blocks, seed);
        return new Statistics(sorted.length, blocks.size(), sorted[0], quantile(sorted, 0.1), p50,
                quantile(sorted, 0.9), quantile(sorted, 0.99), sorted[sorted.length - 1],
                Arrays.stream(sorted).average().orElseThrow(), median(deviations), interval.low(), interval.high(),
                drift(blocks));
    }

    /** Returns how the values of blocks are distributed; at least one value. */
    public static ArmReport.Spread spread(List<double[]> blocks) {
        double[] sorted = pooled(blocks);
        return new ArmReport.Spread(sorted.length, quantile(sorted, 0.1), quantile(sorted, 0.5), quantile(sorted, 0.9),
                quantile(sorted, 0.99), sorted[sorted.length - 1]);
    }

    private static double drift(List<double[]> blocks) {
        int half = blocks.size() / 2;
        if (half == 0) {
            return 0;
        }
        double earlier = quantile(pooled(blocks.subList(0, half)), 0.5);
        double later = quantile(pooled(blocks.subList(blocks.size() - half, blocks.size())), 0.5);
        return earlier == 0 ? 0 : later / earlier - 1;
    }
}

package org.kakuri.engine.internal.stats;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * 95 % confidence intervals of medians and their ratios by a bootstrap in two levels: blocks are drawn with replacement, the
 * samples of a drawn block are taken as they are. Drawing at the higher level only is what reproduces the variation within
 * and between blocks best (Davison and Hinkley 1997, section 3.8). Few blocks make percentile intervals too narrow; they are
 * widened as in Hesterberg 2015 ("What Teachers Should Know About the Bootstrap", expanded percentile interval). More than 64
 * blocks are joined into 64 groups of neighbours. One block tells nothing about the variation between blocks: its interval is
 * not a number.
 *
 * <p>
 * Arms are interleaved, so the blocks of one round share the machine's state at that moment. If both arms have as many blocks
 * their ratio is the median over the rounds of the ratio of the round's two medians, and whole rounds are drawn: a machine that
 * is at times half as fast moves both medians, but not their ratio. Otherwise it is the ratio of the medians of all samples.
 */
public final class Bootstrap {
    private static final int REPLICATES = 2000;
    private static final int MOST_GROUPS = 64;
    /** 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom. */
    private static final double[] T = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201,
        2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
        2.052, 2.048, 2.045, 2.042};

    private Bootstrap() {}

    /** Returns the interval of the median. */
    public static Interval median(List<double[]> blocks, long seed) {
        var random = new SplittableRandom(seed);
        var arm = new DrawnMedian(groups(blocks));
        double[] replicates = new double[REPLICATES];
        for (int i = 0; i < REPLICATES; i++) {
            replicates[i] = arm.median(draw(random, arm.groups()));
        }
        return expandedPercentile(replicates, arm.groups());
    }

    /** Returns the ratio of two medians. */
    public static double ratio(List<double[]> numerator, List<double[]> denominator) {
        return numerator.size() == denominator.size()
                ? Quantiles.median(rounds(numerator, denominator))
                : Quantiles.median(Quantiles.pooled(numerator)) / Quantiles.median(Quantiles.pooled(denominator));
    }

    /** The ratio of each round in which both arms have samples. */
    private static double[] rounds(List<double[]> numerator, List<double[]> denominator) {
        return IntStream.range(0, numerator.size())
                .filter(i -> numerator.get(i).length > 0 && denominator.get(i).length > 0)
                .mapToDouble(i -> Quantiles.median(numerator.get(i)) / Quantiles.median(denominator.get(i)))
                .toArray();
    }

    /** Returns the interval of {@link #ratio(List, List)}. */
    public static Interval ratio(List<double[]> numerator, List<double[]> denominator, long seed) {
        var random = new SplittableRandom(seed);
        if (numerator.size() == denominator.size()) {
            return ofRounds(rounds(numerator, denominator), random);
        }
        var above = new DrawnMedian(groups(numerator));
        var below = new DrawnMedian(groups(denominator));
        double[] replicates = new double[REPLICATES];
        for (int i = 0; i < REPLICATES; i++) {
            replicates[i] = above.median(draw(random, above.groups())) / below.median(draw(random, below.groups()));
        }
        return expandedPercentile(replicates, Math.min(above.groups(), below.groups()));
    }

    private static Interval ofRounds(double[] ratios, SplittableRandom random) {
        double[] replicates = new double[REPLICATES];
        double[] drawn = new double[ratios.length];
        for (int i = 0; i < REPLICATES && ratios.length > 1; i++) {
            for (int k = 0; k < drawn.length; k++) {
                drawn[k] = ratios[random.nextInt(ratios.length)];
            }
            replicates[i] = Quantiles.median(drawn);
        }
        return expandedPercentile(replicates, ratios.length);
    }

    private static List<double[]> groups(List<double[]> blocks) {
        int size = blocks.size();
        return size <= MOST_GROUPS
                ? blocks
                : IntStream.range(0, MOST_GROUPS)
                        .mapToObj(
                                i -> Quantiles
                                        .pooled(blocks.subList(i * size / MOST_GROUPS, (i + 1) * size / MOST_GROUPS)))
                        .toList();
    }

    private static int[] draw(SplittableRandom random, int groups) {
        int[] weights = new int[groups];
        for (int i = 0; i < groups; i++) {
            weights[random.nextInt(groups)]++;
        }
        return weights;
    }

    private static Interval expandedPercentile(double[] replicates, int groups) {
        if (groups < 2) {
            return new Interval(Double.NaN, Double.NaN);
        }
        Arrays.sort(replicates);
        int freedom = groups - 1;
        double t = freedom <= T.length ? T[freedom - 1] : 1.960 + 2.4 / freedom;
        double tail = normalTail(t * Math.sqrt((double) groups / freedom));
        return new Interval(Quantiles.quantile(replicates, tail), Quantiles.quantile(replicates, 1 - tail));
    }

    /** Probability that a standard normal variable exceeds z (Abramowitz and Stegun 1964, 26.2.17; error below 7.5e-8). */
    static double normalTail(double z) {
        double k = 1 / (1 + 0.2316419 * z);
        double poly = k
                * (0.319381530 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
        return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * poly;
    }
}

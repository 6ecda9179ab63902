package org.kakuri.engine;

/**
 * What the samples of one arm at one point say, in the experiment's unit. Quantiles interpolate between the two nearest
 * samples. No sample is left out.
 *
 * @param n samples
 * @param blocks blocks they came in
 * @param min least
 * @param p10 10th percentile
 * @param p50 median
 * @param p90 90th percentile
 * @param p99 99th percentile
 * @param max greatest
 * @param mean arithmetic mean
 * @param mad median absolute deviation from the median, not scaled
 * @param p50Low lower end of the median's 95 % confidence interval
 * @param p50High upper end of it
 * @param drift median of the later half of the blocks divided by that of the earlier half, minus 1; far from 0 means that the
 *            arm had not settled
 */
public record Statistics(long n, int blocks, double min, double p10, double p50, double p90, double p99, double max,
        double mean, double mad, double p50Low, double p50High, double drift) {}

package org.kakuri.engine.internal.stats;

import java.util.Arrays;
import java.util.List;

/**
 * The median of groups that are taken several times or not at all, found without putting them together: for each of at most
 * 4096 evenly spaced order statistics it knows how many samples of each group are not greater.
 */
final class DrawnMedian {
    private static final int CANDIDATES = 4096;

    private final int[] sizes;
    private final double[] candidates;
    private final int[][] ranks;

    DrawnMedian(List<double[]> groups) {
        sizes = groups.stream().mapToInt(group -> group.length).toArray();
        double[] all = Quantiles.pooled(groups);
        int count = Math.min(CANDIDATES, all.length);
        candidates = new double[count];
        for (int i = 0; i < count; i++) {
            candidates[i] = all[(int) ((i + 1L) * all.length / count - 1)];
        }
        ranks = new int[count][sizes.length];
        for (int g = 0; g < sizes.length; g++) {
            double[] sorted = groups.get(g).clone();
            Arrays.sort(sorted);
            int below = 0;
            for (int i = 0; i < count; i++) {
                while (below < sorted.length && sorted[below] <= candidates[i]) {
                    below++;
                }
                ranks[i][g] = below;
            }
        }
    }

    int groups() {
        return sizes.length;
    }

    /** Returns the median if group g is taken {@code weights[g]} times; at least one group is. */
    double median(int[] weights) {
        long total = sum(weights, sizes);
        return (statistic(weights, (total - 1) / 2) + statistic(weights, total / 2)) / 2;
    }

    /** Least candidate that more than {@code place} of the drawn samples do not exceed. */
    private double statistic(int[] weights, long place) {
        int low = 0;
        int high = candidates.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sum(weights, ranks[middle]) > place) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return candidates[low];
    }

    private static long sum(int[] weights, int[] counts) {
        long sum = 0;
        for (int g = 0; g < weights.length; g++) {
            sum += (long) weights[g] * counts[g];
        }
        return sum;
    }
}

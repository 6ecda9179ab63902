package org.kakuri.engine.internal.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.engine.Statistics;

/** The statistics against distributions whose medians are known. Seeds are fixed, so the counts are exact. */
@Timeout(60)
class BootstrapTest {
    private static final int TRIALS = 400;

    /** Log-normal with median 100 whose blocks differ by a factor of their own, as machine state makes them. */
    private static List<double[]> blocks(Random random, double median, int blocks, int samples, double between) {
        return IntStream.range(0, blocks).mapToObj(b -> {
            double state = median * Math.exp(between * random.nextGaussian());
            return random.doubles(samples).map(u -> state * Math.exp(0.3 * random.nextGaussian())).toArray();
        }).toList();
    }

    @Test
    void coversTheTrueMedianAboutAsOftenAsItSays() {
        var random = new Random(1);
        int covered = 0;
        for (int i = 0; i < TRIALS; i++) {
            Interval interval = Bootstrap.median(blocks(random, 100, 12, 50, 0.1), i);
            covered += interval.low() <= 100 && 100 <= interval.high() ? 1 : 0;
        }

        double coverage = (double) covered / TRIALS;
        assertTrue(coverage > 0.92 && coverage < 0.99, "coverage=" + coverage);
    }

    @Test
    void seesADifferenceBetweenEqualArmsAboutAsRarelyAsItSays() {
        var random = new Random(2);
        int alarms = 0;
        for (int i = 0; i < TRIALS; i++) {
            Interval interval = Bootstrap.ratio(blocks(random, 100, 12, 50, 0.1), blocks(random, 100, 12, 50, 0.1), i);
            alarms += interval.low() > 1 || interval.high() < 1 ? 1 : 0;
        }

        double rate = (double) alarms / TRIALS;
        assertTrue(rate > 0.01 && rate < 0.08, "false alarms=" + rate);
    }

    @Test
    void seesARealDifference() {
        var random = new Random(3);
        int seen = 0;
        for (int i = 0; i < 100; i++) {
            Interval interval = Bootstrap.ratio(blocks(random, 130, 12, 50, 0.1), blocks(random, 100, 12, 50, 0.1), i);
            seen += interval.low() > 1 ? 1 : 0;
        }

        assertTrue(seen > 95, "seen=" + seen);
    }

    @Test
    void pairsRoundsSoThatCommonDriftCancels() {
        var random = new Random(4);
        List<double[]> direct = new ArrayList<>();
        List<double[]> rpc = new ArrayList<>();
        for (int round = 0; round < 12; round++) {
            double state = 100 * Math.pow(1.2, round);
            direct.add(random.doubles(50).map(u -> state * (0.99 + 0.02 * u)).toArray());
            rpc.add(random.doubles(50).map(u -> 2 * state * (0.99 + 0.02 * u)).toArray());
        }
        Interval paired = Bootstrap.ratio(rpc, direct, 1);
        Interval apart = Bootstrap.ratio(rpc.subList(0, 11), direct, 1);

        assertTrue(paired.low() > 1.9 && paired.high() < 2.1, paired.toString());
        assertTrue(apart.high() - apart.low() > 10 * (paired.high() - paired.low()), apart + " against " + paired);
    }

    @Test
    void repeatsWithItsSeed() {
        List<double[]> blocks = blocks(new Random(5), 100, 5, 20, 0.1);

        assertEquals(Bootstrap.median(blocks, 42), Bootstrap.median(blocks, 42));
    }

    @Test
    void saysNothingAboutOneBlockAndNothingFalseAboutEqualSamples() {
        assertEquals(new Interval(Double.NaN, Double.NaN), Bootstrap.median(List.of(new double[] {1, 2, 3}), 1));
        assertEquals(new Interval(7, 7), Bootstrap.median(List.of(new double[] {7, 7}, new double[] {7}), 1));
    }

    @Test
    void joinsManyBlocks() {
        List<double[]> blocks = blocks(new Random(6), 100, 1000, 3, 0.1);
        Interval interval = Bootstrap.median(blocks, 1);

        assertTrue(interval.low() > 96 && interval.high() < 104 && interval.low() < interval.high(),
                interval.toString());
    }

    /** Reference values: numpy.quantile's default method, R's type 7. */
    @Test
    void interpolatesQuantiles() {
        double[] sorted = {1, 2, 4, 8, 16};

        assertEquals(4, Quantiles.quantile(sorted, 0.5));
        assertEquals(1.4, Quantiles.quantile(sorted, 0.1), 1e-12);
        assertEquals(12.8, Quantiles.quantile(sorted, 0.9), 1e-12);
        assertEquals(9, Quantiles.quantile(new double[] {9}, 0.99));
        assertEquals(2.5, Quantiles.median(new double[] {4, 1, 3, 2}));
    }

    @Test
    void describes() {
        Statistics statistics = Quantiles.describe(List.of(new double[] {3, 1}, new double[] {10, 6}), 1);

        assertEquals(4, statistics.n());
        assertEquals(2, statistics.blocks());
        assertEquals(1, statistics.min());
        assertEquals(4.5, statistics.p50());
        assertEquals(10, statistics.max());
        assertEquals(5, statistics.mean());
        assertEquals(2.5, statistics.mad());
        assertEquals(3, statistics.drift());
    }

    /** From a table of the normal distribution. */
    @Test
    void knowsTheNormalDistribution() {
        assertEquals(0.025, Bootstrap.normalTail(1.959964), 1e-7);
        assertEquals(0.5, Bootstrap.normalTail(0), 1e-7);
        assertEquals(0.001349898, Bootstrap.normalTail(3), 1e-7);
    }

    /** Against the plain definition: put the drawn groups together and sort. */
    @Test
    void findsTheMedianOfDrawnGroups() {
        var random = new Random(7);
        for (int i = 0; i < 200; i++) {
            List<double[]> groups = IntStream.rangeClosed(1, 4)
                    .mapToObj(n -> random.ints(n, 0, 10).asDoubleStream().toArray())
                    .toList();
            int[] weights = random.ints(4, 0, 3).toArray();
            weights[0]++;
            List<double[]> drawn = new ArrayList<>();
            for (int g = 0; g < 4; g++) {
                for (int w = 0; w < weights[g]; w++) {
                    drawn.add(groups.get(g));
                }
            }
            assertEquals(Quantiles.quantile(Quantiles.pooled(drawn), 0.5), new DrawnMedian(groups).median(weights));
        }
    }
}

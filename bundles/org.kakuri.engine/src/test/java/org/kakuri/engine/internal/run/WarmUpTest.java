package org.kakuri.engine.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WarmUpTest {
    private static final OptionalDouble NS = OptionalDouble.of(1);

    private static double[] samples(int count, double value) {
        return DoubleStream.generate(() -> value).limit(count).toArray();
    }

    private static int after(int count, double sample, long ns) {
        var warmUp = new WarmUp(0, true, NS);
        warmUp.learn(samples(1, sample), (long) sample);
        assertTrue(warmUp.iterations() <= 100, "grows by at most a factor of 100");
        warmUp.learn(samples(count, sample), ns);
        return warmUp.iterations();
    }

    @Test
    void makesABlockLast25Milliseconds() {
        assertEquals(250, after(10, 100_000, 1_000_000));
        assertEquals(2000, after(10, 1_000, 10_000), "no more than 2000");
        assertEquals(10, after(10, 20_000_000, 200_000_000), "no fewer than 10");
        assertEquals(2, after(1, 500_000_000, 500_000_000), "unless these take more than a second");
        assertEquals(1, after(1, 5e9, 5_000_000_000L));
    }

    @Test
    void isNotMisledByOneInterruption() {
        assertEquals(1250, after(100, 20_000, 100 * 20_000 + 10_000_000), "mean 120 us, median 20 us");
        assertEquals(250, after(10, 20_000, 10_000_000), "mean 1 ms: no more than 250 ms a block");
    }

    @Test
    void goesByTheBlocksTimeWhereSamplesAreNoTimes() {
        var warmUp = new WarmUp(0, true, OptionalDouble.empty());
        warmUp.learn(samples(1, 7), 100_000);
        warmUp.learn(samples(10, 7), 1_000_000);

        assertEquals(250, warmUp.iterations());
    }

    @Test
    void leavesWhatWasAskedFor() {
        var warmUp = new WarmUp(17, true, NS);
        warmUp.learn(samples(17, 1e9), 17_000_000_000L);

        assertEquals(17, warmUp.iterations());
    }

    @Test
    void seesAnArmGettingFaster() {
        var warmUp = new WarmUp(5, true, NS);
        warmUp.learn(samples(5, 100), 500);
        assertFalse(warmUp.falling(), "nothing to compare with");
        warmUp.learn(samples(5, 89), 445);
        assertTrue(warmUp.falling());
        warmUp.learn(samples(5, 85), 425);
        assertFalse(warmUp.falling());
        warmUp.learn(samples(5, 300), 1500);
        assertFalse(warmUp.falling(), "slower is noise, not warming up");
    }
}

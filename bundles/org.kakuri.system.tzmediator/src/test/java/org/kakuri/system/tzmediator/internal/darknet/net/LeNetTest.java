package org.kakuri.system.tzmediator.internal.darknet.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Layers against sums written down from their definition; C and WebAssembly are held against these in other tests. */
@Timeout(30)
class LeNetTest {
    private static float[] random(int length, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }

    private static float[] run(int layer, float[] parameters, float[] in) {
        return new LeNet(new ModelPart(layer, layer + 1, parameters)).run(in);
    }

    @Test
    void convolvesWithZerosAround() {
        float[] parameters = random(906, 1);
        float[] in = random(6 * 14 * 14, 2);
        float[] expected = new float[6 * 14 * 14];
        for (int i = 0; i < expected.length; i++) {
            int map = i / 196;
            int y = i / 14 % 14;
            int x = i % 14;
            float sum = parameters[map];
            for (int c = 0; c < 6; c++) {
                for (int ky = -2; ky <= 2; ky++) {
                    for (int kx = -2; kx <= 2; kx++) {
                        if (y + ky >= 0 && y + ky < 14 && x + kx >= 0 && x + kx < 14) {
                            sum += parameters[6 + map * 150 + c * 25 + (ky + 2) * 5 + kx + 2]
                                    * in[c * 196 + (y + ky) * 14 + x + kx];
                        }
                    }
                }
            }
            expected[i] = Math.max(sum, 0f);
        }
        assertArrayEquals(expected, run(2, parameters, in));
    }

    @Test
    void takesTheMaximumOfFour() {
        float[] in = random(6 * 28 * 28, 3);
        float[] expected = new float[6 * 14 * 14];
        for (int i = 0; i < expected.length; i++) {
            int at = i / 196 * 784 + i / 14 % 14 * 56 + i % 14 * 2;
            expected[i] = Math.max(Math.max(in[at], in[at + 1]), Math.max(in[at + 28], in[at + 29]));
        }
        assertArrayEquals(expected, run(1, new float[0], in));
    }

    @Test
    void connectsAll() {
        float[] parameters = random(850, 4);
        float[] in = random(84, 5);
        float[] expected = new float[10];
        for (int o = 0; o < 10; o++) {
            float sum = parameters[o];
            for (int i = 0; i < 84; i++) {
                sum += in[i] * parameters[10 + i * 10 + o];
            }
            expected[o] = sum;
        }
        assertArrayEquals(expected, run(6, parameters, in), "the last layer is not rectified");
    }

    @Test
    void isTheSameInAnyTwoParts() {
        ModelPart whole = new ModelPart(0, 7, random(47_476, 6));
        float[] in = random(784, 7);
        float[] expected = new LeNet(whole).run(in).clone();
        for (int split = 0; split <= 7; split++) {
            float[] between = new LeNet(whole.part(0, split)).run(in);
            assertEquals(LeNet.width(split), between.length, "split " + split);
            assertArrayEquals(expected, new LeNet(whole.part(split, 7)).run(between), "split " + split);
        }
    }

    @Test
    void hasTheWidthsOfTheTable() {
        int[] widths = {784, 4704, 1176, 1176, 294, 120, 84, 10};
        for (int layer = 0; layer <= 7; layer++) {
            assertEquals(widths[layer], LeNet.width(layer), "layer " + layer);
        }
    }

    @Test
    void takesTheFirstOfEquals() {
        assertEquals(1, LeNet.best(new float[] {-3, 2, 1, 2}));
    }
}

package org.kakuri.system.tzmediator.internal.darknet.net;

import java.util.Arrays;
import java.util.List;

/**
 * The network of {@code workspace/guests/darknet/lenet.h}, which says what its layers are: a second implementation, for machines
 * without a C compiler, for training, and to hold the other against. Java's float arithmetic is binary32 without contraction,
 * so both give the same bits. Not thread-safe: buffers are reused.
 */
public final class LeNet {
    /** Number of layers. */
    public static final int LAYERS = 7;
    /** Pixels of an input: 28 by 28, row by row. */
    public static final int INPUT = 28 * 28;
    /** Floats that come out. */
    public static final int CLASSES = 10;
    /** Rows, and columns, of a convolution's kernel. */
    static final int KERNEL = 5;
    static final int BORDER = KERNEL / 2;

    /** Kinds of layer. */
    enum Kind {
        CONVOLUTION, MAXIMUM, CONNECTED
    }

    /**
     * A layer.
     *
     * @param kind what it does
     * @param channels maps of the input, or inputs if connected
     * @param side rows, and columns, of each
     * @param out maps or outputs
     * @param rectified whether negative results become 0
     */
    record Layer(Kind kind, int channels, int side, int out, boolean rectified) {
        int width() {
            return channels * side * side;
        }

        int parameters() {
            return switch (kind) {
            case CONVOLUTION -> out * (1 + channels * KERNEL * KERNEL);
            case MAXIMUM -> 0;
            case CONNECTED -> out * (1 + channels);
            };
        }
    }

    static final List<Layer> SHAPE = List.of(new Layer(Kind.CONVOLUTION, 1, 28, 6, true),
            new Layer(Kind.MAXIMUM, 6, 28, 6, false), new Layer(Kind.CONVOLUTION, 6, 14, 6, true),
            new Layer(Kind.MAXIMUM, 6, 14, 6, false), new Layer(Kind.CONNECTED, 294, 1, 120, true),
            new Layer(Kind.CONNECTED, 120, 1, 84, true), new Layer(Kind.CONNECTED, 84, 1, CLASSES, false));

    private final ModelPart part;
    private final float[][] results = new float[LAYERS][];

    /** Makes a network of the layers that a part of a model has. */
    public LeNet(ModelPart part) {
        this.part = part;
        for (int i = part.first(); i < part.end(); i++) {
            results[i] = new float[width(i + 1)];
        }
    }

    /** Returns how many floats go into a layer; for {@link #LAYERS} those that come out at the end. */
    public static int width(int layer) {
        return layer == LAYERS ? CLASSES : SHAPE.get(layer).width();
    }

    /** Returns how many parameters layers first &lt;= l &lt; end have. */
    public static int parameters(int first, int end) {
        return SHAPE.subList(first, end).stream().mapToInt(Layer::parameters).sum();
    }

    /**
     * Runs its layers.
     *
     * @param input width(first) floats; not changed
     * @return width(end) floats, valid until the next run; the input itself if there are no layers
     */
    public float[] run(float[] input) {
        float[] in = input;
        int at = 0;
        for (int i = part.first(); i < part.end(); i++) {
            Layer layer = SHAPE.get(i);
            float[] out = results[i];
            switch (layer.kind) {
            case CONVOLUTION -> convolve(layer, part.parameters(), at, in, out);
            case MAXIMUM -> maximum(layer, in, out);
            case CONNECTED -> connect(layer, part.parameters(), at, in, out);
            }
            if (layer.rectified) {
                for (int o = 0; o < out.length; o++) {
                    out[o] = out[o] > 0 ? out[o] : 0;
                }
            }
            at += layer.parameters();
            in = out;
        }
        return in;
    }

    /** Returns what a layer gave in the last run. */
    float[] result(int layer) {
        return results[layer];
    }

    /** Returns the class of the greatest logit; the first of equals. */
    public static int best(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    private static void convolve(Layer layer, float[] parameters, int at, float[] in, float[] out) {
        int side = layer.side;
        int weight = at + layer.out;
        for (int map = 0; map < layer.out; map++) {
            int base = map * side * side;
            Arrays.fill(out, base, base + side * side, parameters[at + map]);
            for (int c = 0; c < layer.channels; c++) {
                for (int k = 0; k < KERNEL * KERNEL; k++) {
                    float w = parameters[weight++];
                    int down = k / KERNEL - BORDER;
                    int right = k % KERNEL - BORDER;
                    for (int y = Math.max(0, -down); y < side - Math.max(0, down); y++) {
                        int from = (c * side + y + down) * side + right;
                        int to = base + y * side;
                        for (int x = Math.max(0, -right); x < side - Math.max(0, right); x++) {
                            out[to + x] += w * in[from + x];
                        }
                    }
                }
            }
        }
    }

    private static void maximum(Layer layer, float[] in, float[] out) {
        int side = layer.side;
        int to = 0;
        for (int row = 0; row < layer.channels * side; row += 2) {
            for (int x = 0; x < side; x += 2) {
                float upper = larger(in[row * side + x], in[row * side + x + 1]);
                float lower = larger(in[(row + 1) * side + x], in[(row + 1) * side + x + 1]);
                out[to++] = larger(upper, lower);
            }
        }
    }

    private static float larger(float a, float b) {
        return a > b ? a : b;
    }

    private static void connect(Layer layer, float[] parameters, int at, float[] in, float[] out) {
        System.arraycopy(parameters, at, out, 0, layer.out);
        int weight = at + layer.out;
        for (int i = 0; i < layer.channels; i++, weight += layer.out) {
            float x = in[i];
            for (int o = 0; o < layer.out; o++) {
                out[o] += x * parameters[weight + o];
            }
        }
    }
}

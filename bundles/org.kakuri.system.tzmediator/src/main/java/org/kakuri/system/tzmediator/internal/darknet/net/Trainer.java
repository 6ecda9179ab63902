package org.kakuri.system.tzmediator.internal.darknet.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.kakuri.system.tzmediator.internal.darknet.net.Digits.Digit;
import org.kakuri.system.tzmediator.internal.darknet.net.LeNet.Layer;

/**
 * Trains the network: stochastic gradient descent on the cross-entropy of the softmax, one digit at a time, one thread, so that
 * the same seeds give the same bits. Run by {@code workspace/guests/darknet/train.sh}; needs nothing but the JDK.
 */
public final class Trainer {
    /** Seed of the digits that the committed weights were trained with. */
    public static final long TRAINING_SEED = 1;
    /** Seed of the digits that are held out: for accuracy, and for inference. */
    public static final long HELD_OUT_SEED = 2;
    private static final long WEIGHTS_SEED = 3;
    private static final float FALL = 0.6f;

    private final float[] parameters = new float[LeNet.parameters(0, LeNet.LAYERS)];
    private final LeNet net = new LeNet(new ModelPart(0, LeNet.LAYERS, parameters));
    private final int[] at = new int[LeNet.LAYERS];

    private Trainer() {
        Random random = new Random(WEIGHTS_SEED);
        for (int i = 0; i < LeNet.LAYERS; i++) {
            at[i] = LeNet.parameters(0, i);
            Layer layer = LeNet.SHAPE.get(i);
            int inputs = layer.parameters() == 0 ? 1 : layer.parameters() / layer.out() - 1;
            float reach = (float) Math.sqrt(6.0 / inputs);
            for (int w = at[i] + layer.out(); w < at[i] + layer.parameters(); w++) {
                parameters[w] = reach * (2 * random.nextFloat() - 1);
            }
        }
    }

    /**
     * Trains from the beginning.
     *
     * @param digits what to learn
     * @param epochs how often to see each
     * @param rate first learning rate; each epoch's is 0.6 times the one before
     */
    public static ModelPart train(List<Digit> digits, int epochs, float rate) {
        Trainer trainer = new Trainer();
        List<Digit> order = new ArrayList<>(digits);
        Random random = new Random(WEIGHTS_SEED);
        float now = rate;
        for (int epoch = 0; epoch < epochs; epoch++, now *= FALL) {
            Collections.shuffle(order, random);
            for (Digit digit : order) {
                trainer.learn(digit, now);
            }
        }
        return new ModelPart(0, LeNet.LAYERS, trainer.parameters);
    }

    /** Returns the part of the digits that a network tells right. */
    public static double accuracy(ModelPart model, List<Digit> digits) {
        LeNet net = new LeNet(model);
        long right = digits.stream().filter(d -> LeNet.best(net.run(d.pixels())) == d.label()).count();
        return (double) right / digits.size();
    }

    private void learn(Digit digit, float rate) {
        float[] error = softmax(net.run(digit.pixels()));
        error[digit.label()] -= 1;
        for (int i = LeNet.LAYERS - 1; i >= 0; i--) {
            Layer layer = LeNet.SHAPE.get(i);
            float[] in = i == 0 ? digit.pixels() : net.result(i - 1);
            if (layer.rectified()) {
                float[] out = net.result(i);
                for (int o = 0; o < out.length; o++) {
                    error[o] = out[o] > 0 ? error[o] : 0;
                }
            }
            error = switch (layer.kind()) {
            case CONVOLUTION -> convolution(layer, at[i], in, error, rate);
            case MAXIMUM -> maximum(layer, in, net.result(i), error);
            case CONNECTED -> connected(layer, at[i], in, error, rate);
            };
        }
    }

    private static float[] softmax(float[] logits) {
        float most = logits[LeNet.best(logits)];
        float[] result = new float[logits.length];
        float sum = 0;
        for (int i = 0; i < logits.length; i++) {
            result[i] = (float) StrictMath.exp(logits[i] - most);
            sum += result[i];
        }
        for (int i = 0; i < result.length; i++) {
            result[i] /= sum;
        }
        return result;
    }

    /** Takes a step and returns the error of the layer's input, as all three do. */
    private float[] connected(Layer layer, int start, float[] in, float[] error, float rate) {
        float[] before = new float[in.length];
        int weight = start + layer.out();
        for (int i = 0; i < layer.channels(); i++) {
            float sum = 0;
            for (int o = 0; o < layer.out(); o++, weight++) {
                sum += parameters[weight] * error[o];
                parameters[weight] -= rate * error[o] * in[i];
            }
            before[i] = sum;
        }
        for (int o = 0; o < layer.out(); o++) {
            parameters[start + o] -= rate * error[o];
        }
        return before;
    }

    private static float[] maximum(Layer layer, float[] in, float[] out, float[] error) {
        float[] before = new float[in.length];
        int side = layer.side();
        for (int o = 0; o < out.length; o++) {
            int corner = o / (side / 2) * 2 * side + o % (side / 2) * 2;
            int[] four = {corner, corner + 1, corner + side, corner + side + 1};
            int chosen = 0;
            while (in[four[chosen]] != out[o]) {
                chosen++;
            }
            before[four[chosen]] = error[o];
        }
        return before;
    }

    private float[] convolution(Layer layer, int start, float[] in, float[] error, float rate) {
        float[] before = new float[in.length];
        int side = layer.side();
        int weight = start + layer.out();
        for (int map = 0; map < layer.out(); map++) {
            for (int c = 0; c < layer.channels(); c++) {
                for (int k = 0; k < LeNet.KERNEL * LeNet.KERNEL; k++, weight++) {
                    int down = k / LeNet.KERNEL - LeNet.BORDER;
                    int right = k % LeNet.KERNEL - LeNet.BORDER;
                    float sum = 0;
                    for (int y = Math.max(0, -down); y < side - Math.max(0, down); y++) {
                        int from = (c * side + y + down) * side + right;
                        int to = (map * side + y) * side;
                        for (int x = Math.max(0, -right); x < side - Math.max(0, right); x++) {
                            before[from + x] += parameters[weight] * error[to + x];
                            sum += error[to + x] * in[from + x];
                        }
                    }
                    parameters[weight] -= rate * sum;
                }
            }
            float sum = 0;
            for (int o = map * side * side; o < (map + 1) * side * side; o++) {
                sum += error[o];
            }
            parameters[start + map] -= rate * sum;
        }
        return before;
    }

    /**
     * Trains, writes the weights, and prints the accuracy on digits that were held out.
     *
     * @param arguments file to write, digits, epochs, learning rate
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 4) {
            System.err.println("usage: Trainer FILE DIGITS EPOCHS RATE");
            System.exit(2);
        }
        List<Digit> digits = new Digits(TRAINING_SEED).take(Integer.parseInt(arguments[1]));
        ModelPart model = train(digits, Integer.parseInt(arguments[2]), Float.parseFloat(arguments[3]));
        Files.write(Path.of(arguments[0]), model.encode());
        System.out.printf("%s; accuracy on its %d digits %.4f, on 2000 held out %.4f%n", model, digits.size(),
                accuracy(model, digits), accuracy(model, new Digits(HELD_OUT_SEED).take(2000)));
    }
}

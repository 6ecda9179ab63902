package org.kakuri.system.tzmediator.internal.darknet.net;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a client is given: digits, and the logits of the unsplit network for each, little-endian binary32. Must match
 * {@code struct input} of ca_darknet.c.
 */
public final class Inputs {
    /** Bytes of one digit and its logits. */
    public static final int BYTES = (LeNet.INPUT + LeNet.CLASSES) * Float.BYTES;

    private Inputs() {}

    /** Returns the content of a file. */
    public static byte[] encode(ModelPart model, List<Digits.Digit> digits) {
        LeNet net = new LeNet(model);
        byte[] file = new byte[digits.size() * BYTES];
        ByteBuffer to = SplitPartner.little(file);
        for (Digits.Digit digit : digits) {
            for (float pixel : digit.pixels()) {
                to.putFloat(pixel);
            }
            for (float logit : net.run(digit.pixels())) {
                to.putFloat(logit);
            }
        }
        return file;
    }

    /** Returns the pixels and the logits of one. */
    public static float[][] decode(byte[] file, int index) {
        float[][] input = {new float[LeNet.INPUT], new float[LeNet.CLASSES]};
        ByteBuffer from = SplitPartner.little(file).position(index * BYTES);
        for (float[] part : input) {
            for (int i = 0; i < part.length; i++) {
                part[i] = from.getFloat();
            }
        }
        return input;
    }
}

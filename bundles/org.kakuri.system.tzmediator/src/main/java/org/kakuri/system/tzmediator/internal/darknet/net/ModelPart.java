package org.kakuri.system.tzmediator.internal.darknet.net;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The layers first &lt;= l &lt; end of a trained {@link LeNet}; as a file, little-endian:
 * <table border="1">
 * <caption>Must match lenet.h</caption>
 * <tr><th>offset</th><th>size</th><th>field</th></tr>
 * <tr><td>0</td><td>4</td><td>magic, "KKLN"</td></tr>
 * <tr><td>4</td><td>4</td><td>first layer</td></tr>
 * <tr><td>8</td><td>4</td><td>layer after the last</td></tr>
 * <tr><td>12</td><td>4 n</td><td>parameters as binary32, each layer's biases before its weights</td></tr>
 * </table>
 *
 * @param first first layer
 * @param end layer after the last
 * @param parameters theirs; not copied, all finite
 */
public record ModelPart(int first, int end, float[] parameters) {
    private static final int MAGIC = 0x4e4c4b4b;
    private static final int HEADER = 12;

    /** Refuses layers that do not exist, a wrong number of parameters, and any that is not finite. */
    public ModelPart {
        if (first < 0 || end > LeNet.LAYERS || first > end) {
            throw new IllegalArgumentException(
                    "there are no such layers: first=%d, end=%d, layers=%d".formatted(first, end,
                            LeNet.LAYERS));
        }
        int wanted = LeNet.parameters(first, end);
        if (parameters.length != wanted) {
            throw new IllegalArgumentException("layers %d to %d have %d parameters, not %d".formatted(first, end - 1,
                    wanted, parameters.length));
        }
        for (int i = 0; i < parameters.length; i++) {
            if (!Float.isFinite(parameters[i])) {
                throw new IllegalArgumentException("parameter %d is not finite: %s".formatted(i, parameters[i]));
            }
        }
    }

    /**
     * Reads the content of a file.
     *
     * @throws IllegalArgumentException if it is not a part of a model
     */
    public static ModelPart decode(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        if (file.length < HEADER || bytes.getInt() != MAGIC) {
            throw new IllegalArgumentException("not a part of a model: bytes=" + file.length);
        }
        int first = bytes.getInt();
        int end = bytes.getInt();
        if (bytes.remaining() % Float.BYTES != 0) {
            throw new IllegalArgumentException("it ends inside a parameter: bytes=" + file.length);
        }
        float[] parameters = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(parameters);
        return new ModelPart(first, end, parameters);
    }

    /** Returns the content of a file. */
    public byte[] encode() {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + parameters.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(MAGIC).putInt(first).putInt(end);
        bytes.asFloatBuffer().put(parameters);
        return bytes.array();
    }

    /** Returns some of its layers. */
    public ModelPart part(int from, int to) {
        if (from < first || to > end || from > to) {
            throw new IllegalArgumentException("layers %d to %d do not have %d to %d".formatted(first, end - 1, from,
                    to - 1));
        }
        int skipped = LeNet.parameters(first, from);
        return new ModelPart(from, to,
                Arrays.copyOfRange(parameters, skipped, skipped + LeNet.parameters(from, to)));
    }

    /** Returns whether the other has the same layers and the same bits. */
    @Override
    public boolean equals(Object other) {
        return other instanceof ModelPart that && first == that.first && end == that.end
                && Arrays.equals(parameters, that.parameters);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(parameters);
    }

    @Override
    public String toString() {
        return "layers %d to %d, %d parameters".formatted(first, end - 1, parameters.length);
    }
}

package org.kakuri.system.tzmediator.internal.darknet.net;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The partner's side of {@code workspace/guests/darknet/split.h} in Java, without keys: an ordinary peer, and what tests take
 * in place of a TA. Must match its structures:
 * <table border="1">
 * <caption>Messages</caption>
 * <tr><th>message</th><th>bytes</th><th>fields</th></tr>
 * <tr><td>offer</td><td>16, then key and model</td><td>magic, first layer, bytes of the key, bytes of the model</td></tr>
 * <tr><td>answer</td><td>64</td><td>magic, 1 if refused, reason with a zero byte at the end</td></tr>
 * <tr><td>request</td><td>8, then the values</td><td>round, 1 if the time is wanted</td></tr>
 * <tr><td>reply</td><td>64</td><td>round, 0, time in ns, 10 logits, 0, 0</td></tr>
 * </table>
 */
public final class SplitPartner {
    static final int MAGIC = 0x314b444b;
    static final int OFFER = 16;
    static final int ANSWER = 64;
    static final int REQUEST = 8;
    static final int REPLY = 64;
    static final int REASON = 8;
    static final int LOGITS = 16;
    private static final int MOST = 1 << 20;

    private SplitPartner() {}

    /** Returns bytes in the order of the wire. */
    static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Takes a model and answers requests until the stream ends.
     *
     * @return what was wrong with the model, or an empty text
     * @throws EOFException if the stream ends inside a message
     */
    public static String serve(InputStream in, OutputStream out) throws IOException {
        byte[] offer = in.readNBytes(OFFER);
        if (offer.length == 0) {
            return "";
        }
        ByteBuffer fields = little(whole(offer, OFFER));
        LeNet net = null;
        String refused = "";
        try {
            net = new LeNet(model(fields, in));
        } catch (IllegalArgumentException e) {
            refused = e.getMessage();
        }
        out.write(answer(refused));
        if (refused.isEmpty()) {
            answerRequests(net, LeNet.width(fields.getInt(4)), in, out);
        }
        return refused;
    }

    private static ModelPart model(ByteBuffer offer, InputStream in) throws IOException {
        int first = offer.getInt(4);
        int keyBytes = offer.getInt(8);
        int modelBytes = offer.getInt(12);
        if (offer.getInt(0) != MAGIC || keyBytes < 0 || keyBytes > MOST || modelBytes < 0 || modelBytes > MOST) {
            throw new IllegalArgumentException("that is no offer of a model");
        }
        whole(in.readNBytes(keyBytes), keyBytes);
        ModelPart part = ModelPart.decode(whole(in.readNBytes(modelBytes), modelBytes));
        if (keyBytes > 0) {
            throw new IllegalArgumentException("an ordinary process cannot unseal its key");
        }
        if (part.first() != first || part.end() != LeNet.LAYERS) {
            throw new IllegalArgumentException("it holds other layers");
        }
        return part;
    }

    private static byte[] answer(String refused) {
        byte[] answer = new byte[ANSWER];
        byte[] reason = refused.getBytes(StandardCharsets.US_ASCII);
        little(answer).putInt(MAGIC).putInt(refused.isEmpty() ? 0 : 1);
        System.arraycopy(reason, 0, answer, REASON, Math.min(reason.length, ANSWER - REASON - 1));
        return answer;
    }

    private static void answerRequests(LeNet net, int width, InputStream in, OutputStream out) throws IOException {
        int size = REQUEST + width * Float.BYTES;
        float[] values = new float[width];
        byte[] reply = new byte[REPLY];
        for (byte[] request = in.readNBytes(size); request.length > 0; request = in.readNBytes(size)) {
            ByteBuffer fields = little(whole(request, size));
            boolean timed = fields.getInt(4) != 0;
            fields.position(REQUEST).slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
            long start = timed ? System.nanoTime() : 0;
            float[] logits = net.run(values);
            ByteBuffer answer = little(reply).putInt(fields.getInt(0))
                    .putInt(0)
                    .putLong(timed ? System.nanoTime() - start : 0);
            for (float logit : logits) {
                answer.putFloat(logit);
            }
            out.write(reply);
            out.flush();
        }
    }

    static byte[] whole(byte[] message, int size) throws EOFException {
        if (message.length < size) {
            throw new EOFException(
                    "the stream ended inside a message: have=%d, size=%d".formatted(message.length, size));
        }
        return message;
    }
}

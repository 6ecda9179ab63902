package org.kakuri.system.tzmediator.internal.darknet.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A network whose last layers a partner runs, over a stream: the client's side of {@link SplitPartner}. */
public final class SplitNet {
    private final LeNet head;
    private final int split;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] request;
    private final float[] logits = new float[LeNet.CLASSES];
    private int round;
    private long ownNanos;
    private long partnersNanos;

    /**
     * Begins.
     *
     * @param head the layers that are run here; with all of them nobody is asked
     * @param in from the partner
     * @param out to the partner
     */
    public SplitNet(ModelPart head, InputStream in, OutputStream out) {
        this.head = new LeNet(head);
        this.split = head.end();
        this.in = in;
        this.out = out;
        this.request = new byte[requestBytes(split)];
    }

    /** Returns the bytes of a request before a layer. */
    public static int requestBytes(int split) {
        return SplitPartner.REQUEST + LeNet.width(split) * Float.BYTES;
    }

    /**
     * Offers the other layers.
     *
     * @param key sealed for the partner; empty if the model is not encrypted
     * @return why the partner refuses them, or an empty text
     */
    public String offer(byte[] key, byte[] model) throws IOException {
        byte[] offer = new byte[SplitPartner.OFFER];
        SplitPartner.little(offer).putInt(SplitPartner.MAGIC).putInt(split).putInt(key.length).putInt(model.length);
        out.write(offer);
        out.write(key);
        out.write(model);
        out.flush();
        byte[] answer = SplitPartner.whole(in.readNBytes(SplitPartner.ANSWER), SplitPartner.ANSWER);
        ByteBuffer fields = SplitPartner.little(answer);
        if (fields.getInt() != SplitPartner.MAGIC) {
            return "that is no answer to an offer";
        }
        int end = SplitPartner.REASON;
        while (end < answer.length && answer[end] != 0) {
            end++;
        }
        return fields.getInt() == 0
                ? ""
                : new String(answer, SplitPartner.REASON, end - SplitPartner.REASON, StandardCharsets.US_ASCII);
    }

    /**
     * Returns the logits, valid until the next call.
     *
     * @param timed whether both sides shall measure their layers
     */
    public float[] run(float[] pixels, boolean timed) throws IOException {
        long start = timed ? System.nanoTime() : 0;
        float[] values = head.run(pixels);
        ownNanos = timed ? System.nanoTime() - start : 0;
        partnersNanos = 0;
        if (split == LeNet.LAYERS) {
            return values;
        }
        ByteBuffer fields = SplitPartner.little(request).putInt(++round).putInt(timed ? 1 : 0);
        fields.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values, 0, LeNet.width(split));
        out.write(request);
        out.flush();
        ByteBuffer reply = SplitPartner
                .little(SplitPartner.whole(in.readNBytes(SplitPartner.REPLY), SplitPartner.REPLY));
        if (reply.getInt() != round) {
            throw new IOException("a reply to another request: round=%d, reply=%d".formatted(round, reply.getInt(0)));
        }
        partnersNanos = reply.getLong(8);
        reply.position(SplitPartner.LOGITS).slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(logits);
        return logits;
    }

    /** Returns how long this side's layers took in the last run, if it was timed. */
    public long ownNanos() {
        return ownNanos;
    }

    /** Returns how long the partner's layers took in the last run by his own clock, if it was timed. */
    public long partnersNanos() {
        return partnersNanos;
    }
}

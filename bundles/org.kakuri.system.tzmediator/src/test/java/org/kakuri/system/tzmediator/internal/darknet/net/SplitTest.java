package org.kakuri.system.tzmediator.internal.darknet.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.system.tzmediator.internal.darknet.net.Digits.Digit;

/** Both sides of the protocol, in one process. */
@Timeout(30)
class SplitTest {
    private static final ModelPart MODEL = Trainer.train(new Digits(1).take(50), 1, 0.01f);
    private static final byte[] NO_KEY = {};

    /** A partner on a thread of its own. */
    private static final class Partner implements AutoCloseable {
        private final PipedOutputStream there = new PipedOutputStream();
        private final PipedOutputStream back = new PipedOutputStream();
        private final PipedInputStream theirs = new PipedInputStream(there, 1 << 18);
        private final PipedInputStream ours = new PipedInputStream(back, 1 << 18);
        private final Thread thread = Thread.ofPlatform().daemon().start(() -> {
            try (back) {
                SplitPartner.serve(theirs, back);
            } catch (IOException e) {
                return;
            }
        });

        Partner() throws IOException {}

        SplitNet net(int split) {
            return new SplitNet(MODEL.part(0, split), ours, there);
        }

        @Override
        public void close() throws IOException {
            there.close();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    void givesTheSameBitsAtEverySplit(int split) throws Exception {
        LeNet whole = new LeNet(MODEL);
        try (Partner partner = new Partner()) {
            SplitNet net = partner.net(split);
            assertEquals("", net.offer(NO_KEY, MODEL.part(split, 7).encode()));
            for (Digit digit : new Digits(9).take(20)) {
                assertArrayEquals(whole.run(digit.pixels()), net.run(digit.pixels(), false));
            }
            assertEquals(0, net.partnersNanos(), "nobody asked");
            net.run(new float[784], true);
            assertTrue(net.partnersNanos() > 0);
        }
    }

    @Test
    void needsNoPartnerForAllLayers() throws IOException {
        SplitNet net = new SplitNet(MODEL, null, null);
        float[] pixels = new Digits(9).take(1).getFirst().pixels();
        assertArrayEquals(new LeNet(MODEL).run(pixels), net.run(pixels, false));
    }

    @Test
    void refusesModelsThatAreNone() throws Exception {
        byte[] tail = MODEL.part(4, 7).encode();
        byte[] notFinite = tail.clone();
        ByteBuffer.wrap(notFinite).order(ByteOrder.LITTLE_ENDIAN).putFloat(12, Float.NaN);
        assertEquals("it holds other layers", offer(3, NO_KEY, tail));
        assertEquals("layers 4 to 6 have 46414 parameters, not 46413",
                offer(4, NO_KEY, Arrays.copyOf(tail, tail.length - 4)));
        assertEquals("parameter 0 is not finite: NaN", offer(4, NO_KEY, notFinite));
        assertEquals("not a part of a model: bytes=0", offer(4, NO_KEY, new byte[0]));
        assertEquals("an ordinary process cannot unseal its key", offer(4, new byte[40], tail));
    }

    private static String offer(int split, byte[] key, byte[] model) throws Exception {
        try (Partner partner = new Partner()) {
            return partner.net(split).offer(key, model);
        }
    }

    @Test
    void refusesOffersThatAreNone() throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        assertEquals("that is no offer of a model", SplitPartner.serve(new ByteArrayInputStream(new byte[16]), answer));
        byte[] huge = new byte[16];
        ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN).putInt(0x314b444b).putInt(4).putInt(0).putInt(-1);
        assertEquals("that is no offer of a model", SplitPartner.serve(new ByteArrayInputStream(huge), answer));
        assertEquals(128, answer.size());
    }

    @Test
    void endsWithTheStreamAndNotInsideAMessage() throws IOException {
        assertEquals("", SplitPartner.serve(new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream()));
        assertEquals("the stream ended inside a message: have=5, size=16", assertThrows(EOFException.class,
                () -> SplitPartner.serve(new ByteArrayInputStream(new byte[5]), new ByteArrayOutputStream()))
                .getMessage());
    }

    @Test
    void keepsInputsWithTheirLogits() {
        Digit digit = new Digits(9).take(3).get(2);
        byte[] file = Inputs.encode(MODEL, new Digits(9).take(3));
        assertEquals(3 * 4 * 794, file.length);
        assertArrayEquals(digit.pixels(), Inputs.decode(file, 2)[0]);
        assertArrayEquals(new LeNet(MODEL).run(digit.pixels()), Inputs.decode(file, 2)[1]);
    }
}

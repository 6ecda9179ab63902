package org.kakuri.system.tzmediator.internal.darknet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Unsupported;
import org.kakuri.system.tzmediator.internal.darknet.net.Digits;
import org.kakuri.system.tzmediator.internal.darknet.net.Digits.Digit;
import org.kakuri.system.tzmediator.internal.darknet.net.LeNet;
import org.kakuri.system.tzmediator.internal.darknet.net.ModelPart;
import org.kakuri.system.tzmediator.internal.darknet.net.SplitNet;

/** The TA in WebAssembly, held against Java's layers; models that it must not take. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WasmTaTest {
    private static final ModelPart MODEL = ModelPart.decode(WasmBench.GUESTS.content("lenet.weights"));
    private static final byte[] TAIL = MODEL.part(4, 7).encode();
    private static final byte[] NO_KEY = {};

    @Test
    void givesTheSameBitsAtEverySplit() throws Exception {
        LeNet whole = new LeNet(MODEL);
        try (WasmBench bench = WasmBench.trustZone()) {
            for (int split = 0; split < 7; split++) {
                try (WasmBench.Ta ta = bench.new Ta()) {
                    SplitNet net = new SplitNet(MODEL.part(0, split), ta.in(), ta.out());
                    assertEquals("", net.offer(NO_KEY, MODEL.part(split, 7).encode()));
                    for (Digit digit : new Digits(9).take(10)) {
                        assertArrayEquals(whole.run(digit.pixels()), net.run(digit.pixels(), true), "split " + split);
                    }
                    assertEquals(OptionalInt.of(0), ta.end().status());
                }
            }
        }
    }

    private static String offer(WasmBench bench, byte[] key, byte[] model) throws Exception {
        try (WasmBench.Ta ta = bench.new Ta()) {
            String refused = new SplitNet(MODEL.part(0, 4), ta.in(), ta.out()).offer(key, model);
            assertEquals(OptionalInt.of(refused.isEmpty() ? 0 : 4), ta.end().status());
            assertEquals(refused.isEmpty() ? "" : "ta_darknet: model refused: " + refused, ta.said());
            return refused;
        }
    }

    @Test
    void refusesModelsThatAreNone() throws Exception {
        byte[] notFinite = TAIL.clone();
        ByteBuffer.wrap(notFinite).order(ByteOrder.LITTLE_ENDIAN).putFloat(4 * 1000, Float.NaN);
        byte[] beyond = TAIL.clone();
        ByteBuffer.wrap(beyond).order(ByteOrder.LITTLE_ENDIAN).putInt(8, 8);
        try (WasmBench bench = WasmBench.none()) {
            assertEquals("", offer(bench, NO_KEY, TAIL));
            assertEquals("it is truncated", offer(bench, NO_KEY, Arrays.copyOf(TAIL, TAIL.length - 1)));
            assertEquals("it is too long", offer(bench, NO_KEY, Arrays.copyOf(TAIL, TAIL.length + 1)));
            assertEquals("it is not a part of a model", offer(bench, NO_KEY, new byte[8]));
            assertEquals("a parameter is not finite", offer(bench, NO_KEY, notFinite));
            assertEquals("it holds other layers", offer(bench, NO_KEY, MODEL.part(5, 7).encode()));
            assertEquals("it holds other layers", offer(bench, NO_KEY, beyond));
        }
    }

    @Test
    void refusesOffersThatAreNone() throws Exception {
        ByteBuffer huge = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        huge.putInt(0x314b444b).putInt(4).putInt(0).putInt(-1);
        ByteBuffer beyond = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        beyond.putInt(0x314b444b).putInt(7).putInt(0).putInt(0);
        try (WasmBench bench = WasmBench.none()) {
            assertEquals("that is no offer of a model", raw(bench, new byte[16]));
            assertEquals("that is no offer of a model", raw(bench, huge.array()));
            assertEquals("there are no such layers", raw(bench, beyond.array()));
        }
    }

    private static String raw(WasmBench bench, byte[] offer) throws Exception {
        try (WasmBench.Ta ta = bench.new Ta()) {
            ta.out().write(offer);
            assertEquals(OptionalInt.of(4), ta.end().status());
            return ta.said().replace("ta_darknet: model refused: ", "");
        }
    }

    @Test
    void endsWithoutAHangWhenItsStreamIsCut() throws Exception {
        try (WasmBench bench = WasmBench.none(); WasmBench.Ta ta = bench.new Ta()) {
            ta.out().write(new byte[5]);
            assertEquals(OptionalInt.of(3), ta.end().status());
            assertEquals("ta_darknet: the stream ended inside an offer", ta.said());
        }
    }

    @Test
    void opensAModelThatWasSealedForIt() throws Exception {
        ModelKey key = new ModelKey();
        try (WasmBench bench = WasmBench.trustZone(); WasmBench elsewhere = WasmBench.trustZone()) {
            byte[] sealed = Provisioning.seal(bench.session(), key.bytes());
            byte[] encrypted = key.encrypt(TAIL);
            assertEquals("", offer(bench, sealed, encrypted));

            assertEquals("its key was not sealed for this code and machine", offer(elsewhere, sealed, encrypted));
            assertEquals("it was changed, or is under another key",
                    offer(bench, sealed, new ModelKey().encrypt(TAIL)));
            for (int at : new int[] {0, 12, encrypted.length / 2, encrypted.length - 1}) {
                byte[] changed = encrypted.clone();
                changed[at] ^= 1;
                assertEquals("it was changed, or is under another key", offer(bench, sealed, changed), "byte " + at);
            }
            assertEquals("it was changed, or is under another key",
                    offer(bench, sealed, Arrays.copyOf(encrypted, 20)));
            sealed[sealed.length - 1] ^= 1;
            assertEquals("its key was not sealed for this code and machine", offer(bench, sealed, encrypted));
        }
    }

    @Test
    void infersWithASealedModelAsWithAPlainOne() throws Exception {
        ModelKey key = new ModelKey();
        LeNet whole = new LeNet(MODEL);
        try (WasmBench bench = WasmBench.trustZone()) {
            byte[] sealed = Provisioning.seal(bench.session(), key.bytes());
            try (WasmBench.Ta ta = bench.new Ta()) {
                SplitNet net = new SplitNet(MODEL.part(0, 0), ta.in(), ta.out());
                assertEquals("", net.offer(sealed, key.encrypt(MODEL.encode())));
                float[] pixels = new Digits(9).take(1).getFirst().pixels();
                assertArrayEquals(whole.run(pixels), net.run(pixels, false));
            }
        }
    }

    @Test
    void saysThatABackendCannotSeal() {
        try (WasmBench bench = WasmBench.none()) {
            assertEquals("model=sealed needs sealing keys, and this backend has none", assertThrows(Unsupported.class,
                    () -> Provisioning.seal(bench.session(), new ModelKey().bytes())).getMessage());
        }
    }
}

package org.kakuri.system.tzmediator.internal.darknet.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ModelPartTest {
    private static final int CONNECTED = 35_400 + 10_164 + 850;

    private static ModelPart whole() {
        float[] parameters = new float[156 + 906 + CONNECTED];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = i / 100_000f;
        }
        return new ModelPart(0, 7, parameters);
    }

    private static String refusal(byte[] file) {
        return assertThrows(IllegalArgumentException.class, () -> ModelPart.decode(file)).getMessage();
    }

    /** Offsets as lenet.h says. */
    @Test
    void liesInAFileAsTheHeaderSays() {
        byte[] file = whole().part(4, 7).encode();
        assertEquals(12 + 4 * CONNECTED, file.length);
        assertEquals("KKLN", new String(file, 0, 4, java.nio.charset.StandardCharsets.US_ASCII));
        ByteBuffer fields = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(4, fields.getInt(4));
        assertEquals(7, fields.getInt(8));
        assertEquals((156 + 906) / 100_000f, fields.getFloat(12));
    }

    @Test
    void comesApartAndTogether() {
        ModelPart whole = whole();
        assertEquals(whole, ModelPart.decode(whole.encode()));
        float[] joined = new float[whole.parameters().length];
        int at = 0;
        for (int layer = 0; layer < 7; layer++) {
            float[] one = ModelPart.decode(whole.part(layer, layer + 1).encode()).parameters();
            System.arraycopy(one, 0, joined, at, one.length);
            at += one.length;
        }
        assertArrayEquals(whole.parameters(), joined);
        assertEquals(0, whole.part(3, 3).parameters().length);
    }

    @Test
    void refusesWhatIsTruncatedOrTooLong() {
        byte[] file = whole().encode();
        for (int length : new int[] {0, 3, 11}) {
            assertEquals("not a part of a model: bytes=" + length, refusal(Arrays.copyOf(file, length)));
        }
        assertEquals("it ends inside a parameter: bytes=1001", refusal(Arrays.copyOf(file, 1001)));
        assertEquals("layers 0 to 6 have 47476 parameters, not 247", refusal(Arrays.copyOf(file, 1000)));
        assertEquals("layers 0 to 6 have 47476 parameters, not 47477", refusal(Arrays.copyOf(file, file.length + 4)));
    }

    @Test
    void refusesParametersThatAreNotFinite() {
        byte[] file = whole().encode();
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putFloat(12 + 4 * 100, Float.NaN);
        assertEquals("parameter 100 is not finite: NaN", refusal(file));
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putFloat(12 + 4 * 100, Float.NEGATIVE_INFINITY);
        assertEquals("parameter 100 is not finite: -Infinity", refusal(file));
    }

    @Test
    void refusesLayersThatDoNotExist() {
        byte[] file = whole().encode();
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(8, 8);
        assertEquals("there are no such layers: first=0, end=8, layers=7", refusal(file));
        assertEquals("layers 4 to 6 do not have 3 to 6", assertThrows(IllegalArgumentException.class,
                () -> whole().part(4, 7).part(3, 7)).getMessage());
    }
}

package org.kakuri.runtime.libos.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Refused;
import org.kakuri.runtime.libos.shield.ConsoleRecords;

/** A console's stream is read as it was written, or refused. */
@Timeout(20)
class ConsoleRecordsTest {
    private static final byte[] KEY = new byte[32];

    /** Header and records of a stream that says one, two, three. */
    private static List<byte[]> stream() {
        var sealer = new ConsoleRecords.Sealer(KEY, 1);
        List<byte[]> parts = new ArrayList<>(List.of(sealer.header()));
        for (String word : List.of("one ", "two ", "three")) {
            byte[] plain = word.getBytes(StandardCharsets.US_ASCII);
            parts.add(sealer.record(plain, plain.length, word.equals("three")));
        }
        return parts;
    }

    private static byte[] joined(List<byte[]> parts) {
        var all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static String opened(byte[] stream, int direction, byte[] key) throws IOException {
        var out = new ByteArrayOutputStream();
        ConsoleCommands.open(new ByteArrayInputStream(stream), out, key, direction);
        return out.toString(StandardCharsets.US_ASCII);
    }

    private static void refused(String why, List<byte[]> parts) {
        var refused = assertThrows(Refused.class, () -> opened(joined(parts), 1, KEY));
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }

    @Test
    void refusesEachFlippedBitAndEachPlaceToCut() throws Exception {
        byte[] stream = joined(stream());
        assertEquals("one two three", opened(stream, 1, KEY));
        for (int bit = 0; bit < 8 * stream.length; bit++) {
            byte[] changed = stream.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThrows(Refused.class, () -> opened(changed, 1, KEY), "bit " + bit);
        }
        for (int length = 0; length < stream.length; length++) {
            byte[] cut = Arrays.copyOf(stream, length);
            assertThrows(Refused.class, () -> opened(cut, 1, KEY), "length " + length);
        }
    }

    @Test
    void refusesRecordsThatAreNotTheNextOnes() {
        List<byte[]> s = stream();
        List<byte[]> other = stream();
        refused("does not authenticate", List.of(s.get(0), s.get(2), s.get(1), s.get(3)));
        refused("does not authenticate", List.of(s.get(0), s.get(1), s.get(1), s.get(2), s.get(3)));
        refused("does not authenticate", List.of(s.get(0), s.get(1), s.get(3)));
        refused("does not authenticate", List.of(s.get(0), other.get(1), s.get(2), s.get(3)));
        refused("before its last record", List.of(s.get(0), s.get(1), s.get(2)));
        refused("something follows", List.of(s.get(0), s.get(1), s.get(2), s.get(3), new byte[1]));
        refused("length cannot be 2147483647",
                List.of(s.get(0), ByteBuffer.allocate(4).putInt(Integer.MAX_VALUE).array()));
    }

    @Test
    void refusesAnotherDirectionAndAnotherKey() {
        byte[] stream = joined(stream());
        assertTrue(assertThrows(Refused.class, () -> opened(stream, 2, KEY)).getMessage()
                .contains("stream 1 of a console, not 2"));
        byte[] key = KEY.clone();
        key[31] = 1;
        assertThrows(Refused.class, () -> opened(stream, 1, key));
    }

    @Test
    void twoStreamsOfOneKeyHaveNothingInCommon() {
        assertFalse(Arrays.equals(stream().get(1), stream().get(1)));
    }
}

package org.kakuri.system.tzmediator.internal.darknet.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.system.tzmediator.internal.darknet.net.Digits.Digit;

@Timeout(30)
class DigitsTest {
    private static String digest(List<Digit> digits) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Digit digit : digits) {
            ByteBuffer bytes = ByteBuffer.allocate(4 * 785).putInt(digit.label());
            bytes.asFloatBuffer().put(digit.pixels());
            digest.update(bytes.array());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The committed weights were trained with these: another digest would make the recipe a wrong one. */
    @Test
    void givesTheSameBitsEverywhere() throws Exception {
        assertEquals("8186cf2961443be87cbeaf49c28bd0f84f78f994c3d0efc4e8043a389380569e",
                digest(new Digits(1).take(200)));
        assertEquals("25b93b797437efab4957af78caf1582625e68861380f59b6c7c8789ef9cb5d78",
                digest(new Digits(2).take(200)));
    }

    @Test
    void beginsAlikeHoweverManyAreTaken() {
        assertArrayEquals(new Digits(1).take(100).get(7).pixels(), new Digits(1).take(8).get(7).pixels());
    }

    @Test
    void givesEachDigitEquallyOften() {
        List<Digit> digits = new Digits(5).take(50);
        for (int label = 0; label < 10; label++) {
            int wanted = label;
            assertEquals(5, digits.stream().filter(d -> d.label() == wanted).count());
        }
    }

    @Test
    void holdsOutDigitsThatWereNotTrainedWith() {
        List<Digit> trained = new Digits(Trainer.TRAINING_SEED).take(500);
        for (Digit held : new Digits(Trainer.HELD_OUT_SEED).take(100)) {
            assertFalse(trained.stream().anyMatch(d -> Arrays.equals(d.pixels(), held.pixels())));
        }
    }

    @Test
    void drawsInkOnBackground() {
        for (Digit digit : new Digits(6).take(100)) {
            int ink = 0;
            for (float pixel : digit.pixels()) {
                assertTrue(pixel >= 0 && pixel <= 1, "pixel " + pixel);
                ink += pixel > 0.5 ? 1 : 0;
            }
            assertTrue(ink > 15 && ink < 350, "digit %d has %d dark pixels".formatted(digit.label(), ink));
        }
    }
}

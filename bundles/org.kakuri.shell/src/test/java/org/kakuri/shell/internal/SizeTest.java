package org.kakuri.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class SizeTest {

    @ParameterizedTest
    @CsvSource({"0, 0 B", "1, 1 B", "1023, 1023 B", "1024, 1 KiB", "1025, 1025 B", "9999, 9999 B", "10001, 9.8 KiB",
        "2147418112, 2047.9 MiB", "2146435072, 2047 MiB",
        "1099511627776, 1 TiB", "9223372036854775807, none", "4611686018427387904, 4 EiB"})
    void isShownInTheGreatestUnitThatFits(long bytes, String text) {
        assertEquals(text, new Size(bytes).toString());
    }

    @Test
    void isAPlainNumberInJson() {
        assertEquals("{\n  \"limit\" : 2048\n}", JsonText.of(new Holder(new Size(2048))).text());
    }

    record Holder(Size limit) {}
}

package org.kakuri.api.tee;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RangeTest {
    private final Range page = new Range(0x1000, 0x1000);

    @ParameterizedTest
    @CsvSource({"0xfff, false", "0x1000, true", "0x1fff, true", "0x2000, false"})
    void containsAddresses(String address, boolean expected) {
        assertEquals(expected, page.contains(Long.decode(address)));
    }

    @Test
    void neighboursDoNotOverlap() {
        assertFalse(page.overlaps(new Range(0x2000, 0x1000)));
        assertFalse(page.overlaps(new Range(0, 0x1000)));
        assertTrue(page.overlaps(new Range(0x1fff, 1)));
    }

    @Test
    void refusesToWrapRound() {
        assertThrows(IllegalArgumentException.class, () -> new Range(-4096, 8192));
        assertThrows(IllegalArgumentException.class, () -> new Range(0, -1));
    }

    @Test
    void highAddressesCompareUnsigned() {
        Range high = new Range(0xffff_0000_0000_0000L, 0x1000);

        assertTrue(high.contains(0xffff_0000_0000_0fffL));
        assertFalse(high.overlaps(page));
    }
}

package org.kakuri.attest.cose;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kakuri.attest.cose.CborReader.Mode;

/** Expected encodings are those of RFC 8949, appendix A, where the item occurs there. */
@Timeout(30)
class CborTest {
    private static final HexFormat HEX = HexFormat.of();

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource({"0, 00", "10, 0a", "23, 17", "24, 1818", "100, 1864", "1000, 1903e8", "1000000, 1a000f4240",
        "1000000000000, 1b000000e8d4a51000", "-1, 20", "-10, 29", "-100, 3863", "-1000, 3903e7",
        "9223372036854775807, 1b7fffffffffffffff", "-9223372036854775808, 3b7fffffffffffffff"})
    void writesAndReadsIntegers(long value, String hex) {
        assertEquals(hex, HEX.formatHex(CborWriter.write(Cbor.of(value))));
        assertEquals(Cbor.of(value), CborReader.read(HEX.parseHex(hex), Mode.DETERMINISTIC));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"40", "4401020304", "60", "6161", "6449455446", "62c3bc", "80", "83010203", "8301820203820405", "a0",
        "a201020304", "a26161016162820203", "f4", "f5", "f6", "c074323031332d30332d32315432303a30343a30305a",
        "d818456449455446", "98190102030405060708090a0b0c0d0e0f101112131415161718181819"})
    void readsWhatItWrites(String hex) {
        Cbor item = CborReader.read(HEX.parseHex(hex), Mode.DETERMINISTIC);
        assertEquals(hex, HEX.formatHex(CborWriter.write(item)));
    }

    @Test
    void sortsKeysByTheirEncoding() {
        var entries = new LinkedHashMap<Cbor, Cbor>();
        for (Cbor key : List.of(Cbor.of("aa"), Cbor.of(100), Cbor.of(-1), Cbor.of("z"), Cbor.of(10), Cbor.Simple.FALSE,
                new Cbor.Array(List.of(Cbor.of(-1))), new Cbor.Array(List.of(Cbor.of(100))))) {
            entries.put(key, Cbor.of(0));
        }
        // RFC 8949, 4.2.1 lists this order: 10, 100, -1, "z", "aa", [100], [-1], false.
        assertEquals("a8" + "0a00" + "186400" + "2000" + "617a00" + "62616100" + "81186400" + "812000" + "f400",
                HEX.formatHex(CborWriter.write(new Cbor.Table(entries))));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', value = {
        "1817 | CBOR refused at offset 0: argument 23 in 1 bytes is not the shortest form",
        "190017 | CBOR refused at offset 0: argument 23 in 2 bytes is not the shortest form",
        "1a0000ffff | CBOR refused at offset 0: argument 65535 in 4 bytes is not the shortest form",
        "1b00000000ffffffff | CBOR refused at offset 0: argument 4294967295 in 8 bytes is not the shortest form",
        "a202000100 | CBOR refused at offset 3: map keys out of order"})
    void letsVariantsThroughOnlyWhereTold(String hex, String message) {
        var refused = assertThrows(CborRefused.class, () -> CborReader.read(HEX.parseHex(hex), Mode.DETERMINISTIC));
        assertEquals(message, refused.getMessage());
        CborReader.read(HEX.parseHex(hex), Mode.VARIANT);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', value = {"'' | CBOR refused at offset 0: ends in the middle of an item",
        "18 | CBOR refused at offset 1: ends in the middle of an item",
        "0000 | CBOR refused at offset 1: 1 bytes follow the item",
        "1c | CBOR refused at offset 0: reserved additional information 28",
        "5f4100ff | CBOR refused at offset 0: indefinite length",
        "9fff | CBOR refused at offset 0: indefinite length",
        "bfff | CBOR refused at offset 0: indefinite length",
        "1bffffffffffffffff | CBOR refused at offset 0: argument above 2^63-1",
        "3bffffffffffffffff | CBOR refused at offset 0: argument above 2^63-1",
        "5b7fffffffffffffff | CBOR refused at offset 0: string of 9223372036854775807 bytes where 0 are left",
        "9b7fffffffffffffff | CBOR refused at offset 0: array of 9223372036854775807 items where 0 bytes are left",
        "bb7fffffffffffffff | CBOR refused at offset 0: map of 9223372036854775807 items where 0 bytes are left",
        "4201 | CBOR refused at offset 0: string of 2 bytes where 1 are left",
        "a201000100 | CBOR refused at offset 3: duplicate map key",
        "61ff | CBOR refused at offset 0: text is not UTF-8", "f93c00 | CBOR refused at offset 0: floating point",
        "fb3ff0000000000000 | CBOR refused at offset 0: floating point",
        "ff | CBOR refused at offset 0: simple value or break: info=31",
        "f7 | CBOR refused at offset 0: simple value or break: info=23",
        "8181818181818181818181818181818181818100 | CBOR refused at offset 17: nested deeper than 16"})
    void refusesInEveryMode(String hex, String message) {
        for (Mode mode : Mode.values()) {
            var refused = assertThrows(CborRefused.class, () -> CborReader.read(HEX.parseHex(hex), mode));
            assertEquals(message, refused.getMessage());
        }
    }

    @Test
    void seesTheSameKeyInTwoEncodings() {
        var refused = assertThrows(CborRefused.class,
                () -> CborReader.read(HEX.parseHex("a20100180100"), Mode.VARIANT));
        assertEquals("CBOR refused at offset 3: duplicate map key", refused.getMessage());
    }

    @Test
    void refusesWhatIsTooLong() {
        var refused = assertThrows(CborRefused.class, () -> CborReader.read(new byte[65537], Mode.VARIANT));
        assertEquals("CBOR too long: bytes=65537, limit=65536", refused.getMessage());
    }

    @Test
    void keepsItsBytesToItself() {
        byte[] given = {1, 2};
        var item = new Cbor.Bytes(given);
        given[0] = 9;
        item.value()[1] = 9;
        assertArrayEquals(new byte[] {1, 2}, item.value());
        assertEquals(Map.of(new Cbor.Bytes(new byte[] {1, 2}), 1), Map.of(item, 1));
    }
}

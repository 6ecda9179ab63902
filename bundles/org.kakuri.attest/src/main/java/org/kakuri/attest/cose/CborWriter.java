package org.kakuri.attest.cose;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes the one deterministic encoding of an item.
 *
 * @rule RFC 8949, 4.2.1: shortest arguments, definite lengths, map keys in bytewise lexicographic order of their encodings
 */
public final class CborWriter {
    static final int UNSIGNED = 0;
    static final int NEGATIVE = 1;
    static final int BYTES = 2;
    static final int TEXT = 3;
    static final int ARRAY = 4;
    static final int TABLE = 5;
    static final int TAG = 6;
    static final int SIMPLE = 7;
    static final int SIMPLE_FALSE = 20;

    private CborWriter() {}

    /** Returns the deterministic encoding. */
    public static byte[] write(Cbor item) {
        var out = new ByteArrayOutputStream();
        write(item, out);
        return out.toByteArray();
    }

    private static void write(Cbor item, ByteArrayOutputStream out) {
        switch (item) {
        case Cbor.Int(long value) -> {
            if (value >= 0) {
                head(UNSIGNED, value, out);
            } else {
                head(NEGATIVE, -1 - value, out);
            }
        }
        case Cbor.Bytes bytes -> string(BYTES, bytes.value(), out);
        case Cbor.Text(String text) -> string(TEXT, text.getBytes(StandardCharsets.UTF_8), out);
        case Cbor.Array array -> {
            head(ARRAY, array.items().size(), out);
            array.items().forEach(member -> write(member, out));
        }
        case Cbor.Table table -> table(table, out);
        case Cbor.Tag(long number, Cbor tagged) -> {
            head(TAG, number, out);
            write(tagged, out);
        }
        case Cbor.Simple simple -> head(SIMPLE, SIMPLE_FALSE + simple.ordinal(), out);
        }
    }

    private static void string(int major, byte[] bytes, ByteArrayOutputStream out) {
        head(major, bytes.length, out);
        out.writeBytes(bytes);
    }

    private static void table(Cbor.Table table, ByteArrayOutputStream out) {
        Map<byte[], Cbor> sorted = new TreeMap<>(Arrays::compareUnsigned);
        table.entries().forEach((key, value) -> sorted.put(write(key), value));
        head(TABLE, sorted.size(), out);
        sorted.forEach((key, value) -> {
            out.writeBytes(key);
            write(value, out);
        });
    }

    private static void head(int major, long argument, ByteArrayOutputStream out) {
        int more = argument < 24 ? 0 : argument < 1L << 8 ? 1 : argument < 1L << 16 ? 2 : argument < 1L << 32 ? 4 : 8;
        int info = switch (more) {
        case 0 -> (int) argument;
        case 1 -> 24;
        case 2 -> 25;
        case 4 -> 26;
        default -> 27;
        };
        out.write(major << 5 | info);
        for (int shift = (more - 1) * 8; shift >= 0; shift -= 8) {
            out.write((int) (argument >>> shift));
        }
    }
}

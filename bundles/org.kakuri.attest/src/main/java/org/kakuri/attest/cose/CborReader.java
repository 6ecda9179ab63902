package org.kakuri.attest.cose;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Arrays;

/** Reads one data item from bytes nobody vouches for. It allocates no more than the bytes it was given justify. */
public final class CborReader {
    /** Most bytes of a message. */
    public static final int MAX_BYTES = 64 * 1024;
    /** Deepest nesting of arrays, maps and tags. */
    public static final int MAX_DEPTH = 16;

    /** What deviations from the deterministic encoding are let through. */
    public enum Mode {
        /** None: RFC 8949, 4.2.1 to the letter. */
        DETERMINISTIC,
        /** Arguments longer than needed and maps in any order, as RFC 9783, 5.1.1 demands of verifiers. */
        VARIANT
    }

    private final byte[] bytes;
    private final Mode mode;
    private int at;

    private CborReader(byte[] bytes, Mode mode) {
        this.bytes = bytes;
        this.mode = mode;
    }

    /**
     * Returns the item that the bytes are the encoding of.
     *
     * @throws CborRefused if they are not exactly one item, or more than the limits allow
     */
    public static Cbor read(byte[] bytes, Mode mode) {
        if (bytes.length > MAX_BYTES) {
            throw new CborRefused("CBOR too long: bytes=%d, limit=%d".formatted(bytes.length, MAX_BYTES));
        }
        var reader = new CborReader(bytes, mode);
        Cbor item = reader.item(0);
        if (reader.at != bytes.length) {
            throw reader.refuse(reader.at, "%d bytes follow the item".formatted(bytes.length - reader.at));
        }
        return item;
    }

    private Cbor item(int depth) {
        int start = at;
        if (depth > MAX_DEPTH) {
            throw refuse(start, "nested deeper than " + MAX_DEPTH);
        }
        int first = next();
        int major = first >>> 5;
        if (major == CborWriter.SIMPLE) {
            return simple(start, first & 31);
        }
        long argument = argument(start, first & 31);
        return switch (major) {
        case CborWriter.UNSIGNED -> new Cbor.Int(argument);
        case CborWriter.NEGATIVE -> new Cbor.Int(-1 - argument);
        case CborWriter.BYTES -> new Cbor.Bytes(string(start, argument));
        case CborWriter.TEXT -> new Cbor.Text(text(start, string(start, argument)));
        case CborWriter.ARRAY -> array(start, argument, depth);
        case CborWriter.TABLE -> table(start, argument, depth);
        default -> new Cbor.Tag(argument, item(depth + 1));
        };
    }

    private Cbor simple(int start, int info) {
        return switch (info) {
        case 20 -> Cbor.Simple.FALSE;
        case 21 -> Cbor.Simple.TRUE;
        case 22 -> Cbor.Simple.NULL;
        case 25, 26, 27 -> throw refuse(start, "floating point");
        default -> throw refuse(start, "simple value or break: info=" + info);
        };
    }

    private long argument(int start, int info) {
        if (info < 24) {
            return info;
        }
        if (info > 27) {
            throw refuse(start, info == 31 ? "indefinite length" : "reserved additional information " + info);
        }
        int length = 1 << info - 24;
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = value << 8 | next();
        }
        if (value < 0) {
            throw refuse(start, "argument above 2^63-1");
        }
        long least = switch (info) {
        case 24 -> 24;
        case 25 -> 1L << 8;
        case 26 -> 1L << 16;
        default -> 1L << 32;
        };
        if (mode == Mode.DETERMINISTIC && value < least) {
            throw refuse(start, "argument %d in %d bytes is not the shortest form".formatted(value, length));
        }
        return value;
    }

    private byte[] string(int start, long length) {
        if (length > bytes.length - at) {
            throw refuse(start, "string of %d bytes where %d are left".formatted(length, bytes.length - at));
        }
        byte[] value = Arrays.copyOfRange(bytes, at, at + (int) length);
        at += (int) length;
        return value;
    }

    private String text(int start, byte[] utf8) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
        } catch (CharacterCodingException _) {
            throw refuse(start, "text is not UTF-8");
        }
    }

    private Cbor array(int start, long count, int depth) {
        limit(start, "array", count);
        List<Cbor> items = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            items.add(item(depth + 1));
        }
        return new Cbor.Array(items);
    }

    private Cbor table(int start, long count, int depth) {
        limit(start, "map", count);
        Map<Cbor, Cbor> entries = new LinkedHashMap<>();
        byte[] previous = {};
        for (long i = 0; i < count; i++) {
            int keyAt = at;
            Cbor key = item(depth + 1);
            if (entries.containsKey(key)) {
                throw refuse(keyAt, "duplicate map key");
            }
            byte[] encoded = Arrays.copyOfRange(bytes, keyAt, at);
            if (mode == Mode.DETERMINISTIC && Arrays.compareUnsigned(previous, encoded) > 0) {
                throw refuse(keyAt, "map keys out of order");
            }
            previous = encoded;
            entries.put(key, item(depth + 1));
        }
        return new Cbor.Table(entries);
    }

    private void limit(int start, String what, long count) {
        if (count > bytes.length - at) {
            throw refuse(start, "%s of %d items where %d bytes are left".formatted(what, count, bytes.length - at));
        }
    }

    private int next() {
        if (at == bytes.length) {
            throw refuse(at, "ends in the middle of an item");
        }
        return bytes[at++] & 0xff;
    }

    private CborRefused refuse(int where, String why) {
        return new CborRefused("CBOR refused at offset %d: %s".formatted(where, why));
    }
}

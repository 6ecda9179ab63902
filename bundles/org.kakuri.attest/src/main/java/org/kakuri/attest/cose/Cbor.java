package org.kakuri.attest.cose;

import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A CBOR data item (RFC 8949, 3). Two items are equal if they mean the same, however they were encoded. */
public sealed interface Cbor {

    /**
     * An integer of major type 0 or 1 that fits 64 signed bits.
     *
     * @param value the number
     */
    record Int(long value) implements Cbor {}

    /**
     * A byte string.
     *
     * @param value its bytes
     */
    record Bytes(byte[] value) implements Cbor {
        /** Copies the bytes. */
        public Bytes {
            value = value.clone();
        }

        /** Returns a copy of the bytes. */
        @Override
        public byte[] value() {
            return value.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes b && Arrays.equals(value, b.value);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(value);
        }

        @Override
        public String toString() {
            return "h'" + HexFormat.of().formatHex(value) + "'";
        }
    }

    /**
     * A text string.
     *
     * @param value its characters
     */
    record Text(String value) implements Cbor {}

    /**
     * An array.
     *
     * @param items its items
     */
    record Array(List<Cbor> items) implements Cbor {
        /** Copies the list. */
        public Array {
            items = List.copyOf(items);
        }
    }

    /**
     * A map; iterates in the order it was given or read.
     *
     * @param entries its entries
     */
    record Table(Map<Cbor, Cbor> entries) implements Cbor {
        /** Copies the entries. */
        public Table {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        /** Returns the value under an integer key. */
        public Optional<Cbor> get(long key) {
            return Optional.ofNullable(entries.get(new Int(key)));
        }
    }

    /**
     * A tagged item.
     *
     * @param number the tag
     * @param item what is tagged
     */
    record Tag(long number, Cbor item) implements Cbor {}

    /** False, true and null; the other simple values are refused. */
    enum Simple implements Cbor {
        /** Simple value 20. */
        FALSE,
        /** Simple value 21. */
        TRUE,
        /** Simple value 22. */
        NULL
    }

    /** Returns an integer. */
    static Cbor of(long value) {
        return new Int(value);
    }

    /** Returns a byte string. */
    static Cbor of(byte[] value) {
        return new Bytes(value);
    }

    /** Returns a text string. */
    static Cbor of(String value) {
        return new Text(value);
    }
}

package org.kakuri.tee.trustzone.internal.storage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What objects an application has.
 *
 * @param counter value of the application's counter that this is the state of
 * @param objects by id
 */
record Index(long counter, SortedMap<String, Entry> objects) {
    static final Index EMPTY = new Index(0, new TreeMap<>());

    /** Where an object is: the counter's value when it was written, and the size of its content. */
    record Entry(long version, int bytes) {}

    Index {
        objects = Collections.unmodifiableSortedMap(new TreeMap<>(objects));
    }

    /** Returns the next state, with the object replaced, or removed where the size is negative. */
    Index next(String id, int bytes) {
        var changed = new TreeMap<>(objects);
        if (bytes < 0) {
            changed.remove(id);
        } else {
            changed.put(id, new Entry(counter + 1, bytes));
        }
        return new Index(counter + 1, changed);
    }

    byte[] toBytes() {
        int size = objects.keySet().stream().mapToInt(id -> 1 + id.getBytes(StandardCharsets.UTF_8).length + 12).sum();
        ByteBuffer out = ByteBuffer.allocate(size);
        objects.forEach((id, entry) -> {
            byte[] name = id.getBytes(StandardCharsets.UTF_8);
            out.put((byte) name.length).put(name).putLong(entry.version).putInt(entry.bytes);
        });
        return out.array();
    }

    /** Reads what {@link #toBytes} wrote; the bytes were authentic. */
    static Index of(long counter, byte[] bytes) {
        var objects = new TreeMap<String, Entry>();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        while (in.hasRemaining()) {
            byte[] name = new byte[in.get()];
            in.get(name);
            objects.put(new String(name, StandardCharsets.UTF_8), new Entry(in.getLong(), in.getInt()));
        }
        return new Index(counter, objects);
    }
}

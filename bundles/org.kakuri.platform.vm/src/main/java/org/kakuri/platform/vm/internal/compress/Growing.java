package org.kakuri.platform.vm.internal.compress;

import java.util.Arrays;
import org.kakuri.api.Refused;

/** Bytes that grow up to a limit, and are copied from within, as decoders do. */
final class Growing {
    private final int limit;
    private byte[] bytes;
    private int size;

    Growing(int limit) {
        this.limit = limit;
        this.bytes = new byte[Math.min(limit, 1 << 20)];
    }

    int size() {
        return size;
    }

    private void room(int more) {
        if (more < 0 || more > limit - size) {
            throw new Refused("decompresses to more than %d bytes".formatted(limit), "is it what it is said to be?");
        }
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(limit, Math.max(size + (long) more, bytes.length * 2L)));
        }
    }

    void put(byte[] from, int at, int length) {
        room(length);
        System.arraycopy(from, at, bytes, size, length);
        size += length;
    }

    void fill(byte value, int length) {
        room(length);
        Arrays.fill(bytes, size, size + length, value);
        size += length;
    }

    /** Repeats what stands {@code offset} bytes before; both may overlap. */
    void copy(int offset, int length) {
        if (offset <= 0 || offset > size) {
            throw new Refused("a compressed copy from %d bytes before the start".formatted((long) offset - size),
                    "the file is damaged");
        }
        room(length);
        int from = size - offset;
        if (offset >= length) {
            System.arraycopy(bytes, from, bytes, size, length);
        } else {
            for (int i = 0; i < length; i++) {
                bytes[size + i] = bytes[from + i];
            }
        }
        size += length;
    }

    byte[] content() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }
}

package org.kakuri.platform.vm.internal.compress;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Bits read from the end of a part to its start, RFC 8878 section 4.1: the last byte's highest set bit marks the end and is none
 * of them. Reading beyond the start gives zeros, and is noticed.
 */
final class BackwardBits {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private final int from;
    /** Bits that are left, counted from the start; negative once too many were read. */
    private long left;

    BackwardBits(byte[] bytes, int from, int to) {
        if (to <= from || bytes[to - 1] == 0) {
            throw new IndexOutOfBoundsException("a bit stream without its end mark");
        }
        this.bytes = bytes;
        this.from = from;
        int mark = 31 - Integer.numberOfLeadingZeros(bytes[to - 1] & 0xff);
        this.left = (to - 1 - from) * 8L + mark;
    }

    long left() {
        return left;
    }

    /** Looks at up to 31 bits; those before the start are zeros. */
    int peek(int count) {
        if (count == 0) {
            return 0;
        }
        long low = left - count;
        long first = Math.floorDiv(low, 8);
        if (first >= 0 && from + first + Long.BYTES <= bytes.length) {
            long eight = (long) LONG.get(bytes, (int) (from + first));
            return (int) (eight >>> (low - first * 8) & (1L << count) - 1);
        }
        long window = 0;
        for (int i = 4; i >= 0; i--) {
            long index = first + i;
            int value = index < 0 || from + index >= bytes.length ? 0 : bytes[(int) (from + index)] & 0xff;
            window = window << 8 | value;
        }
        return (int) (window >>> (low - first * 8) & (1L << count) - 1);
    }

    void skip(int count) {
        left -= count;
    }

    int read(int count) {
        int value = peek(count);
        left -= count;
        return value;
    }
}

package org.kakuri.platform.vm.internal.compress;

/** A table of finite state entropy coding, RFC 8878 section 4.1.1: state to symbol, bits to read and base of the next state. */
final class FseTable {
    final int log;
    final byte[] symbol;
    private final byte[] bits;
    private final short[] base;

    private FseTable(int log) {
        this.log = log;
        this.symbol = new byte[1 << log];
        this.bits = new byte[1 << log];
        this.base = new short[1 << log];
    }

    static FseTable constant(int symbol) {
        FseTable table = new FseTable(0);
        table.symbol[0] = (byte) symbol;
        return table;
    }

    int next(int state, BackwardBits in) {
        return (base[state] & 0xffff) + in.read(bits[state]);
    }

    /** From probabilities; -1 is "less than one". */
    static FseTable of(int log, int... counts) {
        FseTable table = new FseTable(log);
        int size = 1 << log;
        int high = size - 1;
        int[] next = new int[counts.length];
        for (int s = 0; s < counts.length; s++) {
            if (counts[s] == -1) {
                table.symbol[high--] = (byte) s;
                next[s] = 1;
            } else {
                next[s] = counts[s];
            }
        }
        int step = (size >> 1) + (size >> 3) + 3;
        int position = 0;
        for (int s = 0; s < counts.length; s++) {
            for (int i = 0; i < counts[s]; i++) {
                table.symbol[position] = (byte) s;
                do {
                    position = position + step & size - 1;
                } while (position > high);
            }
        }
        for (int state = 0; state < size; state++) {
            int occurrence = next[table.symbol[state] & 0xff]++;
            int width = log - (31 - Integer.numberOfLeadingZeros(occurrence));
            table.bits[state] = (byte) width;
            table.base[state] = (short) ((occurrence << width) - size);
        }
        return table;
    }

    /** A table read from a part, and where it ends. */
    record Read(FseTable table, int end) {}

    /** Reads a description. */
    static Read read(byte[] bytes, int from, int to, int maxLog, int maxSymbols) {
        long position = from * 8L;
        int log = bits(bytes, to, position, 4) + 5;
        position += 4;
        if (log > maxLog) {
            throw new IndexOutOfBoundsException("accuracy log %d, at most %d".formatted(log, maxLog));
        }
        int[] counts = new int[maxSymbols];
        int symbols = 0;
        int remaining = (1 << log) + 1;
        int threshold = 1 << log;
        int width = log + 1;
        boolean afterZero = false;
        while (remaining > 1 && symbols < maxSymbols) {
            if (afterZero) {
                int repeat;
                do {
                    repeat = bits(bytes, to, position, 2);
                    position += 2;
                    symbols += repeat;
                } while (repeat == 3);
                if (symbols >= maxSymbols) {
                    break;
                }
            }
            int max = 2 * threshold - 1 - remaining;
            int value = bits(bytes, to, position, width - 1);
            if (value < max) {
                position += width - 1;
            } else {
                value = bits(bytes, to, position, width);
                if (value >= threshold) {
                    value -= max;
                }
                position += width;
            }
            int count = value - 1;
            remaining -= Math.abs(count);
            counts[symbols++] = count;
            afterZero = count == 0;
            while (remaining < threshold) {
                width--;
                threshold >>= 1;
            }
        }
        if (remaining != 1) {
            throw new IndexOutOfBoundsException("probabilities that do not add up");
        }
        int[] used = java.util.Arrays.copyOf(counts, symbols);
        return new Read(of(log, used), (int) ((position + 7) / 8));
    }

    private static int bits(byte[] bytes, int to, long position, int count) {
        int value = 0;
        for (int i = 0; i < count; i++) {
            long at = position + i;
            int index = (int) (at >>> 3);
            if (index >= to) {
                throw new IndexOutOfBoundsException("probabilities behind the end");
            }
            value |= (bytes[index] >>> (at & 7) & 1) << i;
        }
        return value;
    }
}

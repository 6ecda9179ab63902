package org.kakuri.platform.vm.internal.compress;

import java.util.Arrays;

/** Prefix codes of literals, RFC 8878 section 4.2.1: the next bits to symbol and length. */
final class HuffmanTable {
    private static final int MAX_BITS = 11;

    private final int maxBits;
    private final byte[] symbol;
    private final byte[] length;

    private HuffmanTable(int maxBits) {
        this.maxBits = maxBits;
        this.symbol = new byte[1 << maxBits];
        this.length = new byte[1 << maxBits];
    }

    /** A table read from a part, and where it ends. */
    record Read(HuffmanTable table, int end) {}

    static Read read(byte[] bytes, int from, int to) {
        int header = bytes[from] & 0xff;
        int[] weights = new int[256];
        int count;
        int end;
        if (header < 128) {
            end = from + 1 + header;
            count = compressedWeights(bytes, from + 1, end, weights);
        } else {
            count = header - 127;
            end = from + 1 + (count + 1) / 2;
            for (int i = 0; i < count; i++) {
                int pair = bytes[from + 1 + i / 2] & 0xff;
                weights[i] = i % 2 == 0 ? pair >>> 4 : pair & 15;
            }
        }
        if (end > to) {
            throw new IndexOutOfBoundsException("weights behind the end");
        }
        return new Read(of(weights, count), end);
    }

    private static int compressedWeights(byte[] bytes, int from, int end, int[] weights) {
        FseTable.Read fse = FseTable.read(bytes, from, end, 6, 13);
        BackwardBits in = new BackwardBits(bytes, fse.end(), end);
        FseTable table = fse.table();
        int[] states = {in.read(table.log), in.read(table.log)};
        int count = 0;
        for (int turn = 0;; turn ^= 1) {
            weights[count++] = table.symbol[states[turn]];
            states[turn] = table.next(states[turn], in);
            if (in.left() < 0) {
                weights[count++] = table.symbol[states[turn ^ 1]];
                return count;
            }
            if (count > 253) {
                throw new IndexOutOfBoundsException("more than 255 weights");
            }
        }
    }

    private static HuffmanTable of(int[] weights, int count) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            if (weights[i] > MAX_BITS) {
                throw new IndexOutOfBoundsException("weight " + weights[i]);
            }
            sum += 1 << weights[i] >> 1;
        }
        if (sum == 0) {
            throw new IndexOutOfBoundsException("no weights");
        }
        int maxBits = 32 - Integer.numberOfLeadingZeros(sum);
        int left = (1 << maxBits) - sum;
        if (maxBits > MAX_BITS || Integer.bitCount(left) != 1) {
            throw new IndexOutOfBoundsException("weights that do not add up");
        }
        weights[count] = 32 - Integer.numberOfLeadingZeros(left);
        HuffmanTable table = new HuffmanTable(maxBits);
        int position = 0;
        for (int weight = 1; weight <= maxBits; weight++) {
            for (int s = 0; s <= count; s++) {
                if (weights[s] == weight) {
                    int next = position + (1 << weight >> 1);
                    Arrays.fill(table.symbol, position, next, (byte) s);
                    Arrays.fill(table.length, position, next, (byte) (maxBits + 1 - weight));
                    position = next;
                }
            }
        }
        return table;
    }

    void decode(byte[] bytes, int from, int to, byte[] out, int at, int count) {
        BackwardBits in = new BackwardBits(bytes, from, to);
        for (int i = 0; i < count; i++) {
            int code = in.peek(maxBits);
            out[at + i] = symbol[code];
            in.skip(length[code]);
        }
        if (in.left() != 0) {
            throw new IndexOutOfBoundsException("literals that do not end with their stream");
        }
    }
}

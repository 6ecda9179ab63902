package org.kakuri.platform.vm.internal.compress;

import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;

/** Zstandard, RFC 8878. Dictionaries are not supported; checksums are skipped. */
final class Zstd {
    private static final int MAGIC = 0xFD2FB528;
    private static final int SKIPPABLE = 0x184D2A50;
    private static final int MAX_BLOCK = 128 << 10;

    private static final FseTable LITERAL_LENGTHS = FseTable.of(6, 4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2,
            2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1);
    private static final FseTable MATCH_LENGTHS = FseTable.of(6, 1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1,
            1,
            1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1,
            -1);
    private static final FseTable OFFSETS = FseTable.of(5, 1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
            1,
            1, 1, 1, -1, -1, -1, -1, -1);

    private static final int[] LITERAL_BASE = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24,
        28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536};
    private static final int[] LITERAL_BITS = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3,
        4,
        6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    private static final int[] MATCH_BASE = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
        23,
        24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027,
        2051, 4099, 8195, 16387, 32771, 65539};
    private static final int[] MATCH_BITS = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0,
        0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

    private final byte[] in;
    private final int to;
    private final Growing out;
    private int at;

    private HuffmanTable huffman;
    private FseTable literalLengths;
    private FseTable offsets;
    private FseTable matchLengths;
    private final int[] repeated = new int[3];
    private byte[] literals = new byte[0];

    private Zstd(byte[] in, int from, int to, int limit) {
        this.in = in;
        this.at = from;
        this.to = to;
        this.out = new Growing(limit);
    }

    static byte[] decode(byte[] bytes, int from, int to, int limit) {
        Zstd zstd = new Zstd(bytes, from, to, limit);
        while (zstd.to - zstd.at >= 4) {
            int magic = (int) zstd.number(4);
            if (magic == MAGIC) {
                zstd.frame();
            } else if ((magic & ~15) == SKIPPABLE) {
                zstd.advance(zstd.number(4));
            } else {
                break;
            }
        }
        return zstd.out.content();
    }

    private long number(int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (in[at + i] & 0xffL) << 8 * i;
        }
        advance(width);
        return value;
    }

    private void advance(long bytes) {
        if (bytes < 0 || bytes > to - at) {
            throw new IndexOutOfBoundsException("%d bytes where %d are left".formatted(bytes, to - at));
        }
        at += (int) bytes;
    }

    private void frame() {
        int descriptor = (int) number(1);
        boolean single = (descriptor & 0x20) != 0;
        if (!single) {
            advance(1);
        }
        int dictionary = (1 << (descriptor & 3)) >> 1;
        if (dictionary > 0 && number(dictionary) != 0) {
            throw new Unsupported("zstd with a dictionary", "compress without --patch-from and -D");
        }
        int sizeFlag = descriptor >>> 6;
        advance(sizeFlag == 0 ? single ? 1 : 0 : 1 << sizeFlag);
        huffman = null;
        literalLengths = null;
        offsets = null;
        matchLengths = null;
        repeated[0] = 1;
        repeated[1] = 4;
        repeated[2] = 8;
        boolean last;
        do {
            int header = (int) number(3);
            last = (header & 1) != 0;
            block(header >>> 1 & 3, header >>> 3);
        } while (!last);
        if ((descriptor & 4) != 0) {
            advance(4);
        }
    }

    private void block(int type, int size) {
        switch (type) {
        case 0 -> {
            int from = at;
            advance(size);
            out.put(in, from, size);
        }
        case 1 -> out.fill((byte) number(1), size);
        case 2 -> {
            int end = at;
            advance(size);
            compressed(end, at);
        }
        default -> throw new IndexOutOfBoundsException("block type 3");
        }
    }

    private void compressed(int from, int end) {
        int sequences = literals(from, end);
        int count = in[sequences++] & 0xff;
        if (count >= 128) {
            int second = in[sequences++] & 0xff;
            if (count == 255) {
                count = second + ((in[sequences++] & 0xff) << 8) + 0x7f00;
            } else {
                count = (count - 128 << 8) + second;
            }
        }
        if (count == 0) {
            out.put(literals, 0, literals.length);
            return;
        }
        int modes = in[sequences++] & 0xff;
        FseTable.Read table = table(modes >>> 6, sequences, end, 9, 36, LITERAL_LENGTHS, literalLengths);
        literalLengths = table.table();
        table = table(modes >>> 4 & 3, table.end(), end, 8, 32, OFFSETS, offsets);
        offsets = table.table();
        table = table(modes >>> 2 & 3, table.end(), end, 9, 53, MATCH_LENGTHS, matchLengths);
        matchLengths = table.table();
        sequences(new BackwardBits(in, table.end(), end), count);
    }

    private FseTable.Read table(int mode, int from, int end, int maxLog, int symbols, FseTable predefined,
            FseTable before) {
        return switch (mode) {
        case 0 -> new FseTable.Read(predefined, from);
        case 1 -> new FseTable.Read(FseTable.constant(in[from]), from + 1);
        case 2 -> FseTable.read(in, from, end, maxLog, symbols);
        default -> {
            if (before == null) {
                throw new IndexOutOfBoundsException("a table is to be repeated, and there is none");
            }
            yield new FseTable.Read(before, from);
        }
        };
    }

    /** Decodes the literals section; returns where the sequences section starts. */
    private int literals(int from, int end) {
        int type = in[from] & 3;
        int format = in[from] >>> 2 & 3;
        long header = 0;
        for (int i = 0; i < 5; i++) {
            header |= (from + i < end ? in[from + i] & 0xffL : 0) << 8 * i;
        }
        if (type < 2) {
            int width = (format & 1) == 0 ? 1 : format == 1 ? 2 : 3;
            int size = (int) (width == 1 ? header >>> 3 & 0x1f : header >>> 4 & (1 << 8 * width - 4) - 1);
            return plainLiterals(type, size, from + width, end);
        }
        int bits = format < 2 ? 10 : format == 2 ? 14 : 18;
        int size = (int) (header >>> 4 & (1 << bits) - 1);
        int packed = (int) (header >>> 4 + bits & (1 << bits) - 1);
        int start = from + (format < 2 ? 3 : format == 2 ? 4 : 5);
        int stop = start + packed;
        if (size > MAX_BLOCK || stop > end) {
            throw new IndexOutOfBoundsException("literals behind the end of the block");
        }
        if (type == 2) {
            HuffmanTable.Read read = HuffmanTable.read(in, start, stop);
            huffman = read.table();
            start = read.end();
        } else if (huffman == null) {
            throw new IndexOutOfBoundsException("a code is to be repeated, and there is none");
        }
        literals = new byte[size];
        if (format == 0) {
            huffman.decode(in, start, stop, literals, 0, size);
        } else {
            fourStreams(start, stop, size);
        }
        return stop;
    }

    private int plainLiterals(int type, int size, int from, int end) {
        if (size > MAX_BLOCK || type == 0 && size > end - from) {
            throw new IndexOutOfBoundsException("literals behind the end of the block");
        }
        literals = new byte[size];
        if (type == 0) {
            System.arraycopy(in, from, literals, 0, size);
            return from + size;
        }
        java.util.Arrays.fill(literals, in[from]);
        return from + 1;
    }

    private void fourStreams(int from, int end, int size) {
        int each = (size + 3) / 4;
        int start = from + 6;
        for (int i = 0; i < 4; i++) {
            int stop = i == 3 ? end : start + (in[from + 2 * i] & 0xff | (in[from + 2 * i + 1] & 0xff) << 8);
            if (stop > end || i * each > size) {
                throw new IndexOutOfBoundsException("a stream of literals behind the end");
            }
            huffman.decode(in, start, stop, literals, i * each, Math.min(each, size - i * each));
            start = stop;
        }
    }

    private void sequences(BackwardBits bits, int count) {
        int literalState = bits.read(literalLengths.log);
        int offsetState = bits.read(offsets.log);
        int matchState = bits.read(matchLengths.log);
        int used = 0;
        for (int i = 0; i < count; i++) {
            int offsetCode = offsets.symbol[offsetState];
            int literalCode = literalLengths.symbol[literalState];
            int matchCode = matchLengths.symbol[matchState];
            if (offsetCode < 0 || offsetCode > 30) {
                throw new Refused("a zstd offset of 2^%d".formatted(offsetCode), "the file is damaged");
            }
            int offsetValue = (1 << offsetCode) + bits.read(offsetCode);
            int match = MATCH_BASE[matchCode] + bits.read(MATCH_BITS[matchCode]);
            int literal = LITERAL_BASE[literalCode] + bits.read(LITERAL_BITS[literalCode]);
            if (i + 1 < count) {
                literalState = literalLengths.next(literalState, bits);
                matchState = matchLengths.next(matchState, bits);
                offsetState = offsets.next(offsetState, bits);
            }
            if (bits.left() < 0 || literal > literals.length - used) {
                throw new IndexOutOfBoundsException("sequences that go beyond their block");
            }
            out.put(literals, used, literal);
            used += literal;
            out.copy(offset(offsetValue, literal), match);
        }
        out.put(literals, used, literals.length - used);
    }

    /** Section 3.1.1.5: values 1 to 3 repeat a former offset, shifted by one after no literals. */
    private int offset(int value, int literal) {
        int offset;
        if (value > 3) {
            offset = value - 3;
            repeated[2] = repeated[1];
            repeated[1] = repeated[0];
        } else {
            int index = value - 1 + (literal == 0 ? 1 : 0);
            offset = index == 3 ? repeated[0] - 1 : repeated[index];
            if (index > 1) {
                repeated[2] = repeated[1];
            }
            if (index > 0) {
                repeated[1] = repeated[0];
            }
        }
        repeated[0] = offset;
        return offset;
    }
}

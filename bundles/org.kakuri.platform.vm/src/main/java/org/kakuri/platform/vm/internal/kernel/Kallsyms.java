package org.kakuri.platform.vm.internal.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.Unsupported;

/**
 * A kernel's own symbol table (scripts/kallsyms.c), found in .rodata without any symbol. Two orders of its parts are known:
 * <pre>
 * to 6.3   offsets, relative_base, num_syms, names, markers, [seqs_of_names], token_table, token_index
 * from 6.4 num_syms, names, markers, token_table, token_index, offsets, relative_base, [seqs_of_names]
 * </pre>
 * and three meanings of an offset: absolute if not negative, otherwise below relative_base; above relative_base; relative to its
 * own place. The right ones are those that put {@code _text} and {@code linux_banner} where the file has them.
 */
final class Kallsyms {
    private static final int LEAST = 300;
    private static final int MOST = 1_000_000;
    private static final int REACH = 32 << 20;
    private static final int LONGEST_NAME = 1024;

    private final ByteBuffer bytes;
    private final int from;
    private final int to;
    private final long address;

    private int tokenTable;
    private int tokenIndex;
    private int names;
    private int count;

    private Kallsyms(byte[] file, int from, int to, long address) {
        this.bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        this.from = from;
        this.to = to;
        this.address = address;
    }

    /** What tells whether addresses are right. */
    interface Check {
        /** Returns whether these symbols fit the file. */
        boolean fits(Map<String, Long> symbols);
    }

    /**
     * Reads it.
     *
     * @param file the kernel's ELF file
     * @param rodata its section .rodata
     * @param check what the result must satisfy
     * @throws Unsupported if no known layout fits
     */
    static Map<String, Long> read(byte[] file, ElfFile.Section rodata, Check check) {
        Kallsyms table = new Kallsyms(file, rodata.offset(), rodata.offset() + rodata.size(), rodata.address());
        int at = rodata.offset();
        while ((at = table.digits(at)) >= 0) {
            if (table.tokens(at) && table.names()) {
                Optional<Map<String, Long>> symbols = table.symbols(check);
                if (symbols.isPresent()) {
                    return symbols.get();
                }
            }
            at++;
        }
        throw new Unsupported("the kernel's symbol table (kallsyms) is laid out in no known way",
                "layouts of Linux 4.6 to 7.0 with CONFIG_KALLSYMS_ALL are known");
    }

    /** The tokens of the digits are themselves: "0", "1" and so on, each ended by NUL. */
    private int digits(int start) {
        byte[] array = bytes.array();
        for (int at = start; at < to - 20; at++) {
            int i = 0;
            while (i < 10 && array[at + 2 * i] == '0' + i && array[at + 2 * i + 1] == 0) {
                i++;
            }
            if (i == 10) {
                return at;
            }
        }
        return -1;
    }

    /** Finds the tokens and their index around the digits. No NUL stands before token 0, so token 1 is looked for. */
    private boolean tokens(int digits) {
        int at = digits;
        for (int token = '0'; token > 1; token--) {
            at--;
            do {
                at--;
            } while (at > from && bytes.get(at) != 0);
            at++;
            if (at <= from) {
                return false;
            }
        }
        int first = at;
        int firstLength = 0;
        for (int token = 1; token < 256; token++) {
            int begin = at;
            while (at < to && bytes.get(at) != 0) {
                at++;
            }
            at++;
            firstLength = token == 1 ? at - begin : firstLength;
        }
        for (int index = at; index < Math.min(at + 64, to - 512); index++) {
            int one = bytes.getShort(index + 2) & 0xffff;
            if (bytes.getShort(index) == 0 && one > 0 && (bytes.getShort(index + 4) & 0xffff) - one == firstLength
                    && first - one > from) {
                tokenIndex = index;
                tokenTable = first - one;
                return true;
            }
        }
        return false;
    }

    /** Finds the number of symbols and their names before the tokens. */
    private boolean names() {
        int start = from + (tokenTable - from & ~7);
        for (int at = start; at >= Math.max(from, tokenTable - REACH); at -= 4) {
            int number = bytes.getInt(at);
            if (number >= LEAST && number <= MOST && (hold(at + 4, number) || bytes.getInt(at + 4) == 0 && hold(at + 8,
                    number))) {
                return true;
            }
        }
        return false;
    }

    /** Whether so many names stand there, followed by markers: the offsets of each 256th. */
    private boolean hold(int start, int number) {
        int at = start;
        int second = 0;
        for (int i = 0; i < number; i++) {
            if (i == 256) {
                second = at - start;
            }
            int length = bytes.get(at) & 0xff;
            if (length > 127) {
                length = length & 127 | (bytes.get(++at) & 0xff) << 7;
            }
            at += 1 + length;
            if (length == 0 || length > LONGEST_NAME || at > tokenTable) {
                return false;
            }
        }
        for (int marker = at; marker < at + 16 && marker + 8 <= to; marker++) {
            if (bytes.getInt(marker) == 0 && bytes.getInt(marker + 4) == second) {
                names = start;
                count = number;
                return true;
            }
        }
        return false;
    }

    private Optional<Map<String, Long>> symbols(Check check) {
        String[] text = texts();
        int before = names - 8;
        int offsets = (count * 4 + 7) / 8 * 8;
        int after = from + (tokenIndex + 512 - from + 7 & ~7);
        int[][] places = {{before - 8 - offsets, before - 8}, {after, after + offsets},
            {after + 4, after + 4 + offsets}};
        for (int[] place : places) {
            for (Meaning meaning : Meaning.values()) {
                if (place[0] >= from && place[1] + 8 <= to) {
                    Map<String, Long> symbols = addresses(text, place[0], bytes.getLong(place[1]), meaning);
                    if (check.fits(symbols)) {
                        return Optional.of(symbols);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private enum Meaning {
        ABSOLUTE_OR_BELOW, ABOVE, RELATIVE
    }

    private Map<String, Long> addresses(String[] text, int offsets, long base, Meaning meaning) {
        Map<String, Long> symbols = HashMap.newHashMap(count);
        for (int i = 0; i < count; i++) {
            int place = offsets + 4 * i;
            int offset = bytes.getInt(place);
            symbols.putIfAbsent(text[i], switch (meaning) {
            case ABSOLUTE_OR_BELOW -> offset >= 0 ? (long) offset : base - 1 - offset;
            case ABOVE -> base + Integer.toUnsignedLong(offset);
            case RELATIVE -> address + place - from + offset;
            });
        }
        return symbols;
    }

    /** The names, expanded; the first character of each is its type. */
    private String[] texts() {
        String[] text = new String[count];
        byte[] buffer = new byte[4 * LONGEST_NAME];
        int at = names;
        for (int i = 0; i < count; i++) {
            int length = bytes.get(at++) & 0xff;
            if (length > 127) {
                length = length & 127 | (bytes.get(at++) & 0xff) << 7;
            }
            int size = 0;
            for (int k = 0; k < length; k++) {
                int token = tokenTable + (bytes.getShort(tokenIndex + 2 * (bytes.get(at + k) & 0xff)) & 0xffff);
                for (byte c = bytes.get(token); c != 0 && size < buffer.length; c = bytes.get(++token)) {
                    buffer[size++] = c;
                }
            }
            at += length;
            text[i] = new String(buffer, Math.min(1, size), Math.max(0, size - 1), StandardCharsets.ISO_8859_1);
        }
        return text;
    }
}

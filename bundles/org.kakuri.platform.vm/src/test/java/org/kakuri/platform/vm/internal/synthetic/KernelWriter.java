package org.kakuri.platform.vm.internal.synthetic;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a kernel's ELF file by hand: sections .text, .rodata (version line, kallsyms) and .BTF. */
public final class KernelWriter {
    /** Address that the text is linked for. */
    public static final long TEXT = 0xffffffff81000000L;
    /** Version line. */
    public static final String BANNER = "Linux version 6.1.0-hand (nobody@nowhere) (by hand) #1 SMP\n";

    private static final long RODATA = TEXT + 0x100000;
    private static final int BANNER_AT = 0x40;

    /** Order of the parts of kallsyms. */
    public enum Order {
        /** Offsets first. */
        TO_6_3,
        /** Offsets last. */
        FROM_6_4
    }

    /** Meaning of an offset. */
    public enum Meaning {
        /** Below the base if negative. */
        BELOW,
        /** Above the base. */
        ABOVE,
        /** From its own place. */
        RELATIVE
    }

    private final Map<String, Long> symbols = new LinkedHashMap<>();

    /** Begins with the symbols that every kernel has, and enough others. */
    public KernelWriter() {
        symbols.put("_text", TEXT);
        symbols.put("linux_banner", RODATA + BANNER_AT);
        symbols.put("_end", TEXT + 0x800000);
        for (int i = 0; i < 600; i++) {
            symbols.put("filler_%d".formatted(i), TEXT + 0x1000 + 16L * i);
        }
    }

    /** Adds a symbol so many bytes behind the text's start. */
    public KernelWriter symbol(String name, long offset) {
        symbols.put(name, TEXT + offset);
        return this;
    }

    private static ByteBuffer bytes(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void align(ByteArrayOutputStream out) {
        while (out.size() % 8 != 0) {
            out.write(0);
        }
    }

    private static void put32(ByteArrayOutputStream out, int value) {
        out.writeBytes(bytes(4).putInt(value).array());
    }

    private static void put64(ByteArrayOutputStream out, long value) {
        out.writeBytes(bytes(8).putLong(value).array());
    }

    private byte[] rodata(Order order, Meaning meaning) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[BANNER_AT]);
        out.writeBytes((BANNER + '\0').getBytes(StandardCharsets.US_ASCII));
        align(out);
        if (order == Order.TO_6_3) {
            offsets(out, meaning);
        }
        put64(out, symbols.size());
        names(out);
        ByteArrayOutputStream index = new ByteArrayOutputStream();
        ByteArrayOutputStream table = new ByteArrayOutputStream();
        for (int token = 0; token < 256; token++) {
            index.writeBytes(bytes(2).putShort((short) table.size()).array());
            table.write(token > 32 && token < 127 ? token : 'x');
            table.write(0);
        }
        out.writeBytes(table.toByteArray());
        align(out);
        out.writeBytes(index.toByteArray());
        align(out);
        if (order == Order.FROM_6_4) {
            offsets(out, meaning);
        }
        out.writeBytes(new byte[64]);
        return out.toByteArray();
    }

    private void names(ByteArrayOutputStream out) {
        int start = out.size();
        ByteArrayOutputStream markers = new ByteArrayOutputStream();
        int number = 0;
        for (String name : symbols.keySet()) {
            if (number++ % 256 == 0) {
                put32(markers, out.size() - start);
            }
            byte[] typed = ("T" + name).getBytes(StandardCharsets.US_ASCII);
            out.write(typed.length);
            out.writeBytes(typed);
        }
        align(out);
        out.writeBytes(markers.toByteArray());
        align(out);
    }

    private void offsets(ByteArrayOutputStream out, Meaning meaning) {
        for (long address : symbols.values()) {
            long place = RODATA + out.size();
            put32(out, (int) switch (meaning) {
            case BELOW -> TEXT - 1 - address;
            case ABOVE -> address - TEXT;
            case RELATIVE -> address - place;
            });
        }
        align(out);
        put64(out, TEXT);
    }

    /** Returns the file. */
    public byte[] file(byte[] types, Order order, Meaning meaning) {
        byte[] rodata = rodata(order, meaning);
        byte[] names = "\0.text\0.rodata\0.BTF\0.shstrtab\0".getBytes(StandardCharsets.US_ASCII);
        List<byte[]> contents = List.of(new byte[0], new byte[16], rodata, types, names);
        int[] nameAt = {0, 1, 7, 15, 20};
        long[] address = {0, TEXT, RODATA, 0, 0};
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        ByteBuffer table = bytes(64 * contents.size());
        for (int i = 0; i < contents.size(); i++) {
            align(body);
            table.position(64 * i);
            table.putInt(nameAt[i])
                    .putInt(1)
                    .putLong(2)
                    .putLong(address[i])
                    .putLong(64 + body.size())
                    .putLong(
                            contents.get(i).length);
            body.writeBytes(contents.get(i));
        }
        align(body);
        ByteBuffer out = bytes(64 + body.size() + table.capacity());
        out.putInt(0x464c457f).put((byte) 2).put((byte) 1).position(16);
        out.putShort((short) 2).putShort((short) 62).position(40);
        out.putLong(64 + body.size()).position(58);
        out.putShort((short) 64).putShort((short) contents.size()).putShort((short) 4).position(64);
        return out.put(body.toByteArray()).put(table.array()).array();
    }
}

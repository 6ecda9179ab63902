package org.kakuri.tck.internal.runtime;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The programs as WASI commands (preview 1), by hand.
 *
 * @rule WebAssembly Core Specification 2.0, 5.4 (instructions), 5.5 (modules)
 */
final class WasmPrograms {
    private static final String WASI = "wasi_snapshot_preview1";
    private static final String NOTHING_TO_NOTHING = "600000";
    private static final String I32_TO_NOTHING = "60017f00";
    private static final String FOUR_I32_TO_I32 = "60047f7f7f7f017f";
    private static final String END = "0b";
    private static final String RETURN = "0f";
    private static final String UNREACHABLE = "00";
    private static final int PAGES_OF_4_GIB = 65_536;

    private WasmPrograms() {}

    /** Returns the bytes of a module. */
    static byte[] module(Program program) {
        return switch (program) {
        case RETURNS -> command(1, List.of(), "", "");
        case EXITS_7 -> command(1, List.of("proc_exit"), I32_TO_NOTHING, constant(7) + call(0));
        case TRAPS -> command(1, List.of(), "", UNREACHABLE);
        case LOOPS -> command(1, List.of(), "", "0340" + "0c00" + END);
        case ECHOES -> command(1, List.of("fd_read", "fd_write"), FOUR_I32_TO_I32, echo());
        case CUT_OFF -> {
            byte[] whole = module(Program.RETURNS);
            yield Arrays.copyOf(whole, whole.length - 3);
        }
        case WANTS_4_GIB -> command(PAGES_OF_4_GIB, List.of(), "", "");
        };
    }

    /** At 0 the one I/O vector, at 8 how much was moved, at 64 the buffer. */
    private static String echo() {
        String vector = constant(0) + constant(64) + store() + constant(4) + constant(1024) + store();
        String read = constant(0) + constant(0) + constant(1) + constant(8) + call(0) + failIfNot0();
        String end = constant(8) + load() + "45" + "0440" + RETURN + END;
        String write = constant(4) + constant(8) + load() + store() + constant(1) + constant(0) + constant(1)
                + constant(8) + call(1) + failIfNot0();
        return "0340" + vector + read + end + write + "0c00" + END;
    }

    private static String failIfNot0() {
        return "0440" + UNREACHABLE + END;
    }

    private static String constant(int value) {
        return "41" + signed(value);
    }

    private static String call(int function) {
        return "10" + unsigned(function);
    }

    private static String load() {
        return "280200";
    }

    private static String store() {
        return "360200";
    }

    /** A module whose _start is the body; what it imports has one type. */
    private static byte[] command(int pages, List<String> imports, String importType, String body) {
        StringBuilder imported = new StringBuilder(unsigned(imports.size()));
        imports.forEach(name -> imported.append(name(WASI)).append(name(name)).append("00").append("01"));
        int start = imports.size();
        String types = imports.isEmpty() ? "01" + NOTHING_TO_NOTHING : "02" + NOTHING_TO_NOTHING + importType;
        String code = "00" + body + END;
        String module = "0061736d01000000"
                + section(1, types)
                + (imports.isEmpty() ? "" : section(2, imported.toString()))
                + section(3, "0100")
                + section(5, "0100" + unsigned(pages))
                + section(7, "02" + name("memory") + "0200" + name("_start") + "00" + unsigned(start))
                + section(10, "01" + sized(code));
        return HexFormat.of().parseHex(module);
    }

    private static String section(int id, String content) {
        return HexFormat.of().toHexDigits((byte) id) + sized(content);
    }

    private static String sized(String hex) {
        return unsigned(hex.length() / 2) + hex;
    }

    private static String name(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return unsigned(bytes.length) + HexFormat.of().formatHex(bytes);
    }

    private static String unsigned(int value) {
        var bytes = new ByteArrayOutputStream();
        int rest = value;
        for (; rest > 0x7f; rest >>>= 7) {
            bytes.write(rest & 0x7f | 0x80);
        }
        bytes.write(rest);
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    /** LEB128 of a value that is not negative: bit 6 of the last byte is its sign. */
    private static String signed(int value) {
        var bytes = new ByteArrayOutputStream();
        int rest = value;
        for (; rest > 0x3f; rest >>>= 7) {
            bytes.write(rest & 0x7f | 0x80);
        }
        bytes.write(rest);
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}

package org.kakuri.system.swap.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.kakuri.api.runtime.RuntimeImage;

/**
 * A WebAssembly program, put together by hand, whose one effect can be counted: it writes the first 16 bytes of its first
 * argument to descriptor 1, and traps if that fails.
 */
final class TokenModule {
    /** Bytes the program writes. */
    static final int TOKEN_BYTES = 16;

    private static final HexFormat HEX = HexFormat.of();
    private static final String HEADER = "0061736d01000000";
    private static final String TYPES = "03" + "60027f7f017f" + "60047f7f7f7f017f" + "600000";
    private static final String ARGS_GET = "0000";
    private static final String FD_WRITE = "0001";
    private static final String FUNCTIONS = "0102";
    private static final String MEMORIES = "010001";
    private static final String EXPORTS = "02" + name("memory") + "0200" + name("_start") + "0002";
    /** args_get(0, 64); iovec at 32 = (argv[1], 16); if fd_write(1, 32, 1, 40) then unreachable. */
    private static final String CODE = "00" + "410041c00010001a" + "412041042802003602" + "00" + "41244110360200"
            + "41014120410141281001" + "0440000b" + "0b";

    private TokenModule() {}

    private static String name(String text) {
        return counted(HEX.formatHex(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String counted(String hex) {
        int bytes = hex.length() / 2;
        if (bytes > 127) {
            throw new IllegalArgumentException("longer than one LEB128 byte counts: bytes=" + bytes);
        }
        return HEX.toHexDigits((byte) bytes) + hex;
    }

    private static String section(int id, String hex) {
        return HEX.toHexDigits((byte) id) + counted(hex);
    }

    static byte[] bytes() {
        String wasi = name("wasi_snapshot_preview1");
        String imports = "02" + wasi + name("args_get") + ARGS_GET + wasi + name("fd_write") + FD_WRITE;
        return HEX.parseHex(HEADER + section(1, TYPES) + section(2, imports) + section(3, FUNCTIONS)
                + section(5, MEMORIES) + section(7, EXPORTS) + section(10, "01" + counted(CODE)));
    }

    /** Writes the program into a folder. */
    static RuntimeImage in(Path folder) {
        try {
            return new RuntimeImage(RuntimeImage.Kind.WASM, Files.write(folder.resolve("token.wasm"), bytes()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the callers' program to " + folder, e);
        }
    }
}

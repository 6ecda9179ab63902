package org.kakuri.itest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.kakuri.api.runtime.RuntimeImage;

/** Small WebAssembly modules, by hand. */
enum Modules {
    /** Returns at once. */
    RETURNS("05030100" + "01", "0a040102000b"),
    /** Loops for ever. */
    LOOPS("05030100" + "01", "0a0901070003400c000b0b"),
    /** Executes {@code unreachable}. */
    TRAPS("05030100" + "01", "0a05010300000b"),
    /** Wants 65,536 pages, 4 GiB, to begin with. */
    WANTS_4_GIB("0505010080" + "8004", "0a040102000b");

    private static final String MAGIC = "0061736d01000000";
    private static final String TYPE_AND_FUNCTION = "010401600000" + "03020100";
    private static final String EXPORTS = "0713" + "02" + "066d656d6f7279" + "0200" + "065f7374617274" + "0000";

    private final byte[] bytes;

    Modules(String memorySection, String codeSection) {
        bytes = HexFormat.of().parseHex(MAGIC + TYPE_AND_FUNCTION + memorySection + EXPORTS + codeSection);
    }

    RuntimeImage in(Path folder) {
        return write(folder.resolve(name() + ".wasm"), bytes);
    }

    RuntimeImage truncatedIn(Path folder) {
        return write(folder.resolve(name() + "-truncated.wasm"), Arrays.copyOf(bytes, bytes.length - 3));
    }

    private static RuntimeImage write(Path file, byte[] content) {
        try {
            return new RuntimeImage(RuntimeImage.Kind.WASM, Files.write(file, content));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

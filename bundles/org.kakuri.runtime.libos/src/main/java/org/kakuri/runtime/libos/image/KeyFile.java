package org.kakuri.runtime.libos.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.kakuri.api.Refused;

/** A file with a key of 32 bytes, as 64 hexadecimal digits. */
public final class KeyFile {
    private static final int KEY = 32;

    private KeyFile() {}

    /**
     * Reads one.
     *
     * @throws Refused if the file holds something else
     */
    public static byte[] read(Path file) {
        try {
            byte[] key = HexFormat.of().parseHex(Files.readString(file, StandardCharsets.US_ASCII).strip());
            if (key.length == KEY) {
                return key;
            }
            throw new Refused("%s holds %d bytes, not %d".formatted(file, key.length, KEY),
                    "write 64 hexadecimal digits");
        } catch (IOException | IllegalArgumentException e) {
            throw new Refused("cannot read a key from %s: %s".formatted(file, e.getMessage()),
                    "write 64 hexadecimal digits", e);
        }
    }
}

package org.kakuri.system.tzmediator.internal.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.kakuri.api.Refused;

/** SHA-256 digests in hexadecimal. */
public final class Sha256 {
    private Sha256() {}

    /** Returns the digest of bytes, one part after the other. */
    public static String of(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns what a file holds. */
    public static byte[] content(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new Refused("cannot read guest file " + file + ": " + e.getMessage(),
                    "is the workspace complete? restore it with git", e);
        }
    }
}

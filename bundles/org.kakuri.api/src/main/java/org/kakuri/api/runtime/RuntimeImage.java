package org.kakuri.api.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.kakuri.api.Refused;

/**
 * What a session runs; crosses process borders.
 *
 * @param kind what the path holds
 * @param path a file or folder of this machine, absolute
 */
public record RuntimeImage(Kind kind, Path path) {

    /** Makes the path absolute. */
    public RuntimeImage {
        path = path.toAbsolutePath().normalize();
    }

    /** Kinds of image. */
    public enum Kind {
        /** A WebAssembly module. */
        WASM,
        /** An executable of this machine, with everything it finds on this machine. */
        PROGRAM,
        /** A root file system in a folder. */
        ROOT_FOLDER,
        /** A root file system in a tar file. */
        ROOT_TAR,
        /** A folder in OCI image layout. */
        OCI_LAYOUT
    }

    /**
     * Returns the SHA-256 of a file image, in hexadecimal.
     *
     * @throws Refused if the file cannot be read
     */
    public String sha256() {
        try (var in = Files.newInputStream(path)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new Refused("cannot read image " + path + ": " + e.getMessage(), "check the path", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

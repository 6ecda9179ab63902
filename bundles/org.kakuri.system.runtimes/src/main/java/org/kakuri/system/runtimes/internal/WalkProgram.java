package org.kakuri.system.runtimes.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.kakuri.api.KakuriException;

/**
 * A program that goes over its memory page by page, again and again, and checks that each page is what it left there: {@code walk
 * BYTES PASSES}. Static, 1 KiB, for x86-64; its source {@code walk.s} lies beside it. It touches exactly the pages that it says.
 *
 * @param file where it was put
 */
public record WalkProgram(Path file) implements AutoCloseable {
    /** Writes it to a temporary file. */
    public static WalkProgram make() {
        try (InputStream in = WalkProgram.class.getResourceAsStream("walk")) {
            Path file = Files.createTempFile("kakuri-walk", "",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.write(file, in.readAllBytes());
            return new WalkProgram(file);
        } catch (IOException e) {
            throw new KakuriException("the program walk cannot be written: " + e.getMessage(),
                    "is there room in " + System.getProperty("java.io.tmpdir") + "?", e);
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.getLogger(WalkProgram.class.getName()).log(System.Logger.Level.WARNING, "cannot delete " + file, e);
        }
    }
}

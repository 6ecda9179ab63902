package org.kakuri.tee.model.internal;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;
import org.kakuri.api.Refused;
import org.kakuri.tee.model.Fuses;

/**
 * Root secrets that outlive the process, so that what an instance sealed can be opened after the machine was switched off:
 * a file for each machine, in a folder of its owner's. The file stands for fuses; whoever can read it has the machine's
 * keys.
 */
final class FuseFiles {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path folder;

    FuseFiles(Path folder) {
        this.folder = folder;
    }

    /**
     * Returns the secret of a machine; makes it if there is none. Of several processes that make one, all get the first.
     *
     * @throws Refused if it cannot be kept, is damaged, or others may read it
     */
    byte[] root(String architecture, String name) {
        Path file = folder.resolve(URLEncoder.encode(name + "." + architecture, StandardCharsets.UTF_8) + ".fuses");
        try {
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                make(file);
            }
            return read(file);
        } catch (IOException e) {
            throw new Refused("cannot keep the fuses of machine %s in %s: %s".formatted(name, folder, e),
                    "make the folder writable for you alone", e);
        }
    }

    private void make(Path file) throws IOException {
        Files.createDirectories(folder,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        byte[] root = new byte[Fuses.ROOT_BYTES];
        RANDOM.nextBytes(root);
        Path made = Files.createTempFile(folder, "new", null);
        try {
            Files.write(made, root);
            Files.createLink(file, made);
        } catch (FileAlreadyExistsException anotherWasFaster) {
            return;
        } finally {
            Files.delete(made);
        }
    }

    private static byte[] read(Path file) throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class,
                LinkOption.NOFOLLOW_LINKS);
        Set<?> others = Set.copyOf(attributes.permissions());
        if (!attributes.isRegularFile() || attributes.size() != Fuses.ROOT_BYTES
                || !PosixFilePermissions.fromString("rw-------").containsAll(others)) {
            throw new Refused("not the fuses of a machine: %s (%d bytes, %s)".formatted(file, attributes.size(),
                    PosixFilePermissions.toString(attributes.permissions())),
                    "delete it: the machine then gets others, and nothing it sealed can be opened any more");
        }
        return Files.readAllBytes(file);
    }
}

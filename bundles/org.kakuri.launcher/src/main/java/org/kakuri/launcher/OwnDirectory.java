package org.kakuri.launcher;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** Directories of this user in places that everybody may write to: {@code PLACE/NAME-UID}, entered by nobody else. */
final class OwnDirectory {

    static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private OwnDirectory() {}

    /** Returns it, made if it is not there. */
    static Path make(Path place, String name) throws IOException {
        Path directory = path(place, name);
        try {
            return Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (FileAlreadyExistsException there) {
            return checked(directory);
        }
    }

    /** Returns it if it is there. */
    static Optional<Path> find(Path place, String name) throws IOException {
        Path directory = path(place, name);
        return Files.exists(directory, LinkOption.NOFOLLOW_LINKS) ? Optional.of(checked(directory)) : Optional.empty();
    }

    private static Path path(Path place, String name) throws IOException {
        return place.resolve(name + "-" + uid());
    }

    private static Object uid() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }

    private static Path checked(Path directory) throws IOException {
        Object uid = uid();
        boolean ours = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                && uid.equals(Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS))
                && Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS).equals(OWNER_ONLY);
        if (!ours) {
            throw new IOException(directory + " is not a directory that only user " + uid
                    + " may enter; delete it, or point TMPDIR at a directory of your own");
        }
        return directory;
    }
}

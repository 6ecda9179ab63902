package org.kakuri.runtime.libos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.Spawn;
import org.kakuri.runtime.libos.image.OciLayout;
import org.kakuri.runtime.libos.image.RootView;

/**
 * Where the programs of a session are: a folder, one that was unpacked and goes with the session, or this machine for a
 * single program.
 */
public final class SessionRoot implements AutoCloseable {
    private static final String USUAL_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
    private static final Duration UNPACKING = Duration.ofMinutes(5);

    private final RuntimeImage image;
    private Path folder;
    private Path temporary;

    private SessionRoot(RuntimeImage image, Path folder, Path temporary) {
        this.image = image;
        this.folder = folder;
        this.temporary = temporary;
    }

    /**
     * Opens an image.
     *
     * @throws Refused if it is not what it is said to be; nothing remains
     */
    public static SessionRoot open(RuntimeImage image) {
        return switch (image.kind()) {
        case PROGRAM -> {
            if (!Files.isRegularFile(image.path()) || !Files.isExecutable(image.path())) {
                throw new Refused("%s is not an executable file".formatted(image.path()),
                        "check the path and chmod +x it");
            }
            yield new SessionRoot(image, Path.of("/"), null);
        }
        case ROOT_FOLDER -> {
            if (!Files.isDirectory(image.path())) {
                throw new Refused("%s is not a folder".formatted(image.path()), "check the path");
            }
            yield new SessionRoot(image, image.path(), null);
        }
        case ROOT_TAR -> unpacked(image);
        case OCI_LAYOUT -> layers(image);
        default -> throw new Refused("images of kind %s are not run: %s".formatted(image.kind(), image.path()),
                "give it an executable, a folder, a tar file or an OCI layout");
        };
    }

    private static SessionRoot temporary(RuntimeImage image) {
        try {
            Path to = Files.createTempDirectory("kakuri-root");
            return new SessionRoot(image, to, to);
        } catch (IOException e) {
            throw new KakuriException("cannot make a folder for the image: " + e.getMessage(), "", e);
        }
    }

    private static SessionRoot layers(RuntimeImage image) {
        var made = temporary(image);
        try {
            OciLayout.unpack(image.path(), made.folder);
            return made;
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
    }

    private static SessionRoot unpacked(RuntimeImage image) {
        if (!Files.isRegularFile(image.path())) {
            throw new Refused("no such file: " + image.path(), "check the path");
        }
        var made = temporary(image);
        Path to = made.folder;
        try (ChildProcess tar = Spawn.program("/bin/tar")
                .arguments("--extract", "--file", image.path().toString(), "--directory", to.toString(),
                        "--no-same-owner", "--delay-directory-restore")
                .environment(Map.of("PATH", USUAL_PATH))
                .newProcessGroup()
                .start()) {
            ExitStatus status = tar.waitFor(UNPACKING).orElse(null);
            if (status == null || !status.success()) {
                throw new Refused("%s cannot be unpacked: tar %s".formatted(image.path(), status),
                        "give it a tar file of a root file system");
            }
            return made;
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
    }

    /** Returns the root file system's folder. */
    public Path folder() {
        return folder;
    }

    /** Returns whether processes get a file system of their own. */
    boolean separate() {
        return image.kind() != RuntimeImage.Kind.PROGRAM;
    }

    /** Returns whether it goes with the session, so that it may be written. */
    boolean temporary() {
        return temporary != null;
    }

    /**
     * Takes another folder instead, which goes with the session, before anything runs.
     *
     * @param root the root file system
     * @param whole what is to be removed with it
     */
    public void replace(Path root, Path whole) {
        close();
        folder = root;
        temporary = whole;
    }

    /** Returns the image. */
    public RuntimeImage image() {
        return image;
    }

    /**
     * Returns the path of the program of a command, as the guest sees it.
     *
     * @throws Refused if there is none
     */
    String program(Command command) {
        if (!separate()) {
            return image.path().toString();
        }
        String name = command.argv().getFirst();
        return new RootView(folder).program(name, command.env().getOrDefault("PATH", USUAL_PATH))
                .orElseThrow(() -> new Refused("no such program in %s: %s".formatted(folder, name),
                        "check the path, as the guest sees it"));
    }

    /** Removes what was unpacked. Idempotent. */
    @Override
    public void close() {
        if (temporary != null) {
            remove(temporary);
        }
    }

    /** Removes a folder with everything in it; what cannot be removed is logged. */
    public static void remove(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.getLogger(SessionRoot.class.getName())
                    .log(System.Logger.Level.WARNING, "cannot remove " + folder, e);
        }
    }
}

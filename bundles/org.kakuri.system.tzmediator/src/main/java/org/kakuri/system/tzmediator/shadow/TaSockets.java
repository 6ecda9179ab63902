package org.kakuri.system.tzmediator.shadow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.UnixListener;

/**
 * Where workbenches take requests to start TAs: {@code ta-HASH-OF-HOME-START.sock} in the private directory of each, {@code
 * TEMP/kakuri-UID/PID-N}, which its owner alone may enter and which the launcher deletes, if need be at the next start.
 */
public final class TaSockets {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final int HASH_DIGITS = 16;

    private final Path base;
    private final String prefix;

    /**
     * @param temp the temporary directory
     * @param home the folder whose workbenches are meant
     */
    public TaSockets(Path temp, Path home) {
        this.base = temp.resolve("kakuri-" + uid());
        this.prefix = "ta-" + hash(home.toAbsolutePath().normalize()) + "-";
    }

    /** Returns those of a home in this process's temporary directory. */
    public static TaSockets of(Path home) {
        return new TaSockets(Path.of(System.getProperty("java.io.tmpdir")), home);
    }

    private static Object uid() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(Path home) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(home.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Returns where a new workbench is to listen.
     *
     * @param directory its private directory
     * @param startMillis time of its start: the newest is the one that is found
     */
    public Path in(Path directory, long startMillis) {
        return directory.resolve("%s%013d.sock".formatted(prefix, startMillis));
    }

    private void check() throws IOException {
        boolean own = Files.isDirectory(base, LinkOption.NOFOLLOW_LINKS)
                && uid().equals(Files.getAttribute(base, "unix:uid", LinkOption.NOFOLLOW_LINKS))
                && Files.getPosixFilePermissions(base, LinkOption.NOFOLLOW_LINKS).equals(OWNER_ONLY);
        if (!own) {
            throw new IOException(base + " is not a directory that only user " + uid()
                    + " may enter; delete it, or point TMPDIR at a directory of your own");
        }
    }

    /**
     * Connects to the newest workbench that lives; empty if there is none.
     *
     * @throws IOException if the directory is somebody else's
     */
    public Optional<Fd> connect() throws IOException {
        if (!Files.exists(base, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        check();
        for (Path socket : newestFirst()) {
            Optional<Fd> connection = UnixListener.connect(socket);
            if (connection.isPresent()) {
                return connection;
            }
        }
        return Optional.empty();
    }

    private List<Path> newestFirst() throws IOException {
        List<Path> sockets = new ArrayList<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(base, Files::isDirectory)) {
            for (Path directory : directories) {
                try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, prefix + "*.sock")) {
                    found.forEach(sockets::add);
                } catch (IOException goneMeanwhile) {
                    continue;
                }
            }
        }
        sockets.sort(Comparator.comparing(Path::getFileName).reversed());
        return sockets;
    }
}

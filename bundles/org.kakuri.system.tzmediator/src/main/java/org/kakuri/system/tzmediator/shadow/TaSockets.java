package org.kakuri.system.tzmediator.shadow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.kakuri.platform.linux.Fd;
import org.kakuri.platform.linux.UnixListener;

/**
 * Where workbenches take requests to start TAs: {@code PLACE/kakuri-ta-UID/HASH-OF-HOME/START-PID.sock} with the
 * runtime directory of the user ({@code XDG_RUNTIME_DIR}) as place, or the temporary directory. The first directory is
 * entered by its owner only; the newest socket has the greatest name.
 */
public final class TaSockets {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final Pattern NAMED = Pattern.compile("[0-9]{13}-[0-9]+\\.sock");
    private static final int HASH_DIGITS = 16;

    private final Path base;
    private final Path directory;

    /**
     * @param place
     *            a directory
     * @param home
     *            the folder whose workbenches are meant
     */
    public TaSockets(Path place, Path home) {
        this.base = place.resolve("kakuri-ta-" + uid());
        this.directory = base.resolve(hash(home));
    }

    /** Returns those of a home, at the usual place. */
    public static TaSockets of(Path home) {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        Path place = runtime != null && Files.isWritable(Path.of(runtime)) ? Path.of(runtime)
                : Path.of(System.getProperty("java.io.tmpdir"));
        return new TaSockets(place, home.toAbsolutePath().normalize());
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
     * Returns where a new workbench is to listen; what dead ones left is deleted.
     *
     * @throws IOException
     *             if the directory is somebody else's
     */
    public Path claim(long startMillis, long pid) throws IOException {
        makeOwn();
        Files.createDirectories(directory);
        connect().ifPresent(Fd::close);
        return directory.resolve("%013d-%d.sock".formatted(startMillis, pid));
    }

    /** Returns the file that one who starts a workbench locks, so that not everybody does. */
    public Path startLock() throws IOException {
        makeOwn();
        Files.createDirectories(directory);
        return directory.resolve("start.lock");
    }

    private void makeOwn() throws IOException {
        try {
            Files.createDirectory(base, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (FileAlreadyExistsException there) {
            check();
        }
    }

    private void check() throws IOException {
        boolean own = Files.isDirectory(base, LinkOption.NOFOLLOW_LINKS)
                && uid().equals(Files.getAttribute(base, "unix:uid", LinkOption.NOFOLLOW_LINKS))
                && Files.getPosixFilePermissions(base, LinkOption.NOFOLLOW_LINKS).equals(OWNER_ONLY);
        if (!own) {
            throw new IOException(base + " is not a directory that only user " + uid()
                    + " may enter; delete it, or point XDG_RUNTIME_DIR or TMPDIR at a directory of your own");
        }
    }

    /**
     * Connects to the newest workbench that lives; empty if there is none. Deletes the sockets of dead ones on the way.
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
            Files.deleteIfExists(socket);
        }
        return Optional.empty();
    }

    private List<Path> newestFirst() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> NAMED.matcher(file.getFileName().toString()).matches())
                    .sorted(Comparator.comparing(Path::getFileName).reversed())
                    .toList();
        } catch (NoSuchFileException nobodyYet) {
            return List.of();
        }
    }
}

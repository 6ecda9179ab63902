package org.kakuri.launcher;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The sockets of the workbenches of one home, in {@code $XDG_RUNTIME_DIR/kakuri-sockets-UID/HASH-OF-HOME} or, without that
 * variable, in the temporary directory. Each is called {@code START-PID.sock}, with the time of its start in ms, so that the
 * newest has the greatest name.
 */
final class LiveSockets {

    private static final String NAME = "kakuri-sockets";
    private static final String SUFFIX = ".sock";
    private static final Pattern NAMED = Pattern.compile("[0-9]{13}-[0-9]+\\.sock");
    /** One that was about to get its name: its process lives, or was killed before it could. */
    private static final Pattern UNNAMED = Pattern.compile("\\." + NAMED);
    private static final int HASH_DIGITS = 16;
    /** The size of sun_path in sockaddr_un (unix(7)), without the final NUL. */
    private static final int LONGEST = 107;

    private final Path place;
    private final String home;

    LiveSockets(Path place, Path home) {
        this.place = place;
        this.home = hash(home);
    }

    /** The sockets of the home this process belongs to. */
    static LiveSockets ofThisHome(Path dist) {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        Path place = runtime != null && Files.isWritable(Path.of(runtime)) ? Path.of(runtime)
                : Path.of(System.getProperty("java.io.tmpdir"));
        return new LiveSockets(place, Path.of(System.getProperty("kakuri.home", dist.toString())).toAbsolutePath());
    }

    private static String hash(Path home) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(home.normalize().toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Returns where a new workbench is to listen.
     *
     * @throws IOException if there is no place for a socket
     */
    Path claim(long startMillis, long pid) throws IOException {
        Path directory = OwnDirectory.make(place, NAME).resolve(home);
        Path socket = directory.resolve("%013d-%d%s".formatted(startMillis, pid, SUFFIX));
        int length = binding(socket).toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST) {
            throw new IOException("the path of its socket has %d bytes and may have %d: %s; set XDG_RUNTIME_DIR to a"
                    .formatted(length, LONGEST, socket) + " directory of yours with a shorter path");
        }
        Files.createDirectories(directory);
        return socket;
    }

    /** Returns the name a socket has until it listens: what has its real name can be connected to, or is of a dead process. */
    static Path binding(Path socket) {
        return socket.resolveSibling("." + socket.getFileName());
    }

    static long pid(Path socket) {
        String name = socket.getFileName().toString();
        return Long.parseLong(name.substring(name.indexOf('-') + 1, name.length() - SUFFIX.length()));
    }

    /** A connection to a workbench. */
    record Connected(Path socket, SocketChannel channel) {}

    /** Connects to the newest workbench; deletes what dead ones left on the way. */
    Optional<Connected> connect() throws IOException {
        for (Path socket : newestFirst()) {
            SocketChannel channel = SocketChannel.open(java.net.StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
                return Optional.of(new Connected(socket, channel));
            } catch (ConnectException refused) {
                channel.close();
                Files.deleteIfExists(socket);
            } catch (SocketException gone) {
                // Deleted by its owner, or by somebody else who found it dead, after it was listed.
                channel.close();
                if (Files.exists(socket)) {
                    throw new IOException("cannot connect to the workbench at " + socket + ": " + gone.getMessage(),
                            gone);
                }
            }
        }
        return Optional.empty();
    }

    /** Deletes what dead workbenches left. */
    void deleteStale() throws IOException {
        for (Path socket : newestFirst()) {
            if (!answers(socket)) {
                Files.deleteIfExists(socket);
            }
        }
    }

    /** Returns the process that {@link #connect} reaches. */
    Optional<Long> newest() throws IOException {
        for (Path socket : newestFirst()) {
            if (answers(socket)) {
                return Optional.of(pid(socket));
            }
        }
        return Optional.empty();
    }

    private static boolean answers(Path socket) throws IOException {
        try (SocketChannel channel = SocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return true;
        } catch (SocketException refusedOrGone) {
            return false;
        }
    }

    private List<Path> newestFirst() throws IOException {
        Optional<Path> base = OwnDirectory.find(place, NAME);
        if (base.isEmpty()) {
            return List.of();
        }
        List<Path> all;
        try (Stream<Path> files = Files.list(base.get().resolve(home))) {
            all = files.toList();
        } catch (NoSuchFileException nobodyYet) {
            return List.of();
        }
        for (Path file : all) {
            if (UNNAMED.matcher(file.getFileName().toString()).matches()
                    && ProcessHandle.of(pid(file)).isEmpty()) {
                Files.deleteIfExists(file);
            }
        }
        return all.stream()
                .filter(file -> NAMED.matcher(file.getFileName().toString()).matches())
                .sorted(Comparator.comparing(Path::getFileName).reversed())
                .toList();
    }
}

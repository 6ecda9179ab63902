package org.kakuri.shell.internal.plugin;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.ZipInputStream;
import org.kakuri.api.KakuriException;

/**
 * Looks at the bundles in a folder, again and again, and has those installed that are new or have other content. A file is taken
 * when it looks the same twice in a row and is a whole jar; what is installed is the copy that was examined, so that a build
 * that goes on writing spoils nothing. A folder that is not there yet, or not any more, is waited for. Used from one thread.
 */
final class FolderWatch {
    private static final long MOST_BYTES = 256L << 20;

    /** Installs or updates a bundle. */
    interface Updater {
        /** Returns what was done, on one line. */
        String update(Path jar);
    }

    private record Look(long size, FileTime modified, Object key) {}

    private final Path folder;
    private final Updater updater;
    private final Consumer<String> say;
    private final Map<Path, Look> last = new HashMap<>();
    private final Map<Path, Look> examined = new HashMap<>();
    private final Map<Path, String> digests = new HashMap<>();
    private volatile String latest = "nothing yet";

    FolderWatch(Path folder, Updater updater, Consumer<String> say) {
        this.folder = folder;
        this.updater = updater;
        this.say = say;
    }

    Path folder() {
        return folder;
    }

    String latest() {
        return latest;
    }

    /** Looks once. */
    void look() {
        try {
            for (Path jar : jars()) {
                lookAt(jar);
            }
        } catch (IOException e) {
            tell("cannot look into " + folder + ": " + e.getMessage());
        }
    }

    private List<Path> jars() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .filter(file -> !file.toString().matches(".*-(sources|javadoc|tests)\\.jar"))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException | NotDirectoryException notThere) {
            last.clear();
            return List.of();
        }
    }

    private void lookAt(Path jar) throws IOException {
        Look now;
        try {
            var attributes = Files.readAttributes(jar, BasicFileAttributes.class);
            now = new Look(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
        } catch (NoSuchFileException gone) {
            last.remove(jar);
            return;
        }
        boolean settled = now.equals(last.put(jar, now));
        if (settled && !now.equals(examined.put(jar, now))) {
            examine(jar);
        }
    }

    private void examine(Path jar) throws IOException {
        if (Files.size(jar) > MOST_BYTES) {
            tell(jar + " is larger than " + (MOST_BYTES >> 20) + " MiB; left alone");
            return;
        }
        byte[] content = Files.readAllBytes(jar);
        String digest = digest(content);
        if (!whole(content) || digest.equals(digests.put(jar, digest))) {
            return;
        }
        Path place = Files.createTempDirectory("kakuri-watch");
        Path copy = place.resolve(jar.getFileName().toString());
        try {
            Files.write(copy, content);
            tell(updater.update(copy));
        } catch (RuntimeException e) {
            String remedy = e instanceof KakuriException known && !known.remedy().isEmpty() ? "; " + known.remedy()
                    : "";
            tell(jar.getFileName() + " not installed: "
                    + String.valueOf(e.getMessage()).replace(copy.toString(), jar.toString()) + remedy);
        } finally {
            Files.deleteIfExists(copy);
            Files.delete(place);
        }
    }

    private void tell(String what) {
        if (!what.equals(latest)) {
            latest = what;
            say.accept("watch: " + what);
        }
    }

    /** A jar is whole if its directory, which stands at its end, is there and every entry has the sum it should have. */
    private static boolean whole(byte[] content) {
        if (!endsWithDirectory(content)) {
            return false;
        }
        try (var in = new ZipInputStream(new ByteArrayInputStream(content))) {
            int entries = 0;
            while (in.getNextEntry() != null) {
                in.transferTo(OutputStream.nullOutputStream());
                entries++;
            }
            return entries > 0;
        } catch (IOException damaged) {
            return false;
        }
    }

    /** End of central directory record (APPNOTE 6.3.10, 4.3.16), which here has no comment: 22 bytes, PK\5\6. */
    private static boolean endsWithDirectory(byte[] content) {
        int at = content.length - 22;
        return at >= 0 && content[at] == 'P' && content[at + 1] == 'K' && content[at + 2] == 5 && content[at + 3] == 6;
    }

    private static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

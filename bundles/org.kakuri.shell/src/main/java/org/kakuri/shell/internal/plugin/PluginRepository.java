package org.kakuri.shell.internal.plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The Maven repository that plugins are built against: a folder with those bundles of a Kakuri build that they may compile and
 * test with, as snapshots, so that a rebuilt Kakuri replaces what a plugin was built against before. Needs nothing but the
 * JDK, and runs outside of a framework too.
 */
public final class PluginRepository {
    static final List<String> ARTIFACTS = List.of("org.kakuri.api", "org.kakuri.platform.linux",
            "org.kakuri.tee.model", "org.kakuri.tee.none", "org.kakuri.tck");

    private static final String DIGEST = "digest";
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd.HHmmss")
            .withZone(ZoneOffset.UTC);

    private final Path bundles;
    private final Path folder;

    PluginRepository(Path bundles, Path folder) {
        this.bundles = bundles;
        this.folder = folder;
    }

    /**
     * Brings a repository up to date.
     *
     * @param arguments the folder of bundles of a build and that of the repository
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            throw new IllegalArgumentException("usage: PluginRepository FOLDER-OF-BUNDLES REPOSITORY");
        }
        new PluginRepository(Path.of(arguments[0]), Path.of(arguments[1])).update(Instant.now());
    }

    /** Writes what has changed. Returns the version that all artifacts have. */
    String update(Instant now) throws IOException {
        Map<String, Path> jars = new LinkedHashMap<>();
        for (String artifact : ARTIFACTS) {
            jars.put(artifact, jar(artifact));
        }
        String base = version(jars.get(ARTIFACTS.getFirst()), ARTIFACTS.getFirst());
        String digest = digest(jars);
        if (!digest.equals(recorded())) {
            for (var jar : jars.entrySet()) {
                write(jar.getKey(), base, jar.getValue(), STAMP.format(now));
            }
            replace(folder.resolve(DIGEST), digest);
        }
        return base + "-SNAPSHOT";
    }

    private Path jar(String artifact) throws IOException {
        try (Stream<Path> files = Files.list(bundles)) {
            return files.filter(file -> file.getFileName()
                    .toString()
                    .matches(
                            java.util.regex.Pattern.quote(artifact) + "-[0-9][^/]*\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no " + artifact + " in " + bundles
                            + "; delete the .kakuri folder and build again"));
        }
    }

    private static String version(Path jar, String artifact) {
        String name = jar.getFileName().toString();
        return name.substring(artifact.length() + 1, name.length() - ".jar".length());
    }

    private static String digest(Map<String, Path> jars) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path jar : jars.values()) {
                digest.update(Files.readAllBytes(jar));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private String recorded() throws IOException {
        Path file = folder.resolve(DIGEST);
        return Files.exists(file) ? Files.readString(file) : "";
    }

    /** The metadata names the files, so it comes last; what it named before goes after that. */
    private void write(String artifact, String base, Path jar, String stamp) throws IOException {
        Path place = Files
                .createDirectories(folder.resolve("org/kakuri").resolve(artifact).resolve(base + "-SNAPSHOT"));
        String file = "%s-%s-%s-1".formatted(artifact, base, stamp);
        Files.copy(jar, place.resolve(file + ".jar"), StandardCopyOption.REPLACE_EXISTING);
        replace(place.resolve(file + ".pom"), pom(artifact, base));
        replace(place.resolve("maven-metadata.xml"), metadata(artifact, base, stamp));
        List<Path> old;
        try (Stream<Path> files = Files.list(place)) {
            old = files.filter(path -> !path.getFileName().toString().startsWith(file)
                    && path.getFileName().toString().startsWith(artifact)).sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : old) {
            Files.deleteIfExists(path);
        }
    }

    private static String pom(String artifact, String base) {
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>org.kakuri</groupId>
                  <artifactId>%s</artifactId>
                  <version>%s-SNAPSHOT</version>
                </project>
                """.formatted(artifact, base);
    }

    private static String metadata(String artifact, String base, String stamp) {
        String value = "%s-%s-1".formatted(base, stamp);
        String updated = stamp.replace(".", "");
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <metadata modelVersion="1.1.0">
                  <groupId>org.kakuri</groupId>
                  <artifactId>%1$s</artifactId>
                  <version>%2$s-SNAPSHOT</version>
                  <versioning>
                    <snapshot><timestamp>%3$s</timestamp><buildNumber>1</buildNumber></snapshot>
                    <lastUpdated>%4$s</lastUpdated>
                    <snapshotVersions>
                      <snapshotVersion><extension>jar</extension><value>%5$s</value><updated>%4$s</updated></snapshotVersion>
                      <snapshotVersion><extension>pom</extension><value>%5$s</value><updated>%4$s</updated></snapshotVersion>
                    </snapshotVersions>
                  </versioning>
                </metadata>
                """.formatted(artifact, base, stamp, updated, value);
    }

    private static void replace(Path file, String content) throws IOException {
        Path aside = Files.createTempFile(file.getParent(), ".new", "");
        Files.writeString(aside, content);
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    }
}

package org.kakuri.shell.internal.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class PluginRepositoryTest {
    private static final Instant FIRST = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir
    Path temp;
    private Path bundles;
    private Path folder;

    @BeforeEach
    void build() throws IOException {
        bundles = Files.createDirectory(temp.resolve("bundles"));
        folder = Files.createDirectory(temp.resolve("repository"));
        for (String artifact : PluginRepository.ARTIFACTS) {
            Files.writeString(bundles.resolve(artifact + "-0.1.0.jar"), artifact);
        }
        Files.writeString(bundles.resolve("org.kakuri.api.more-0.1.0.jar"), "another bundle");
    }

    private List<String> files(String artifact) throws IOException {
        try (var files = Files.list(folder.resolve("org/kakuri").resolve(artifact).resolve("0.1.0-SNAPSHOT"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void holdsEachArtifactAsASnapshot() throws IOException {
        assertEquals("0.1.0-SNAPSHOT", new PluginRepository(bundles, folder).update(FIRST));

        for (String artifact : PluginRepository.ARTIFACTS) {
            String file = artifact + "-0.1.0-20260102.030405-1";
            assertEquals(List.of("maven-metadata.xml", file + ".jar", file + ".pom").stream().sorted().toList(),
                    files(artifact));
            Path place = folder.resolve("org/kakuri").resolve(artifact).resolve("0.1.0-SNAPSHOT");
            assertEquals(artifact, Files.readString(place.resolve(file + ".jar")));
            assertTrue(Files.readString(place.resolve("maven-metadata.xml"))
                    .contains("<extension>jar</extension><value>0.1.0-20260102.030405-1</value>"));
        }
    }

    @Test
    void isLeftAloneWhileNothingChangesAndReplacedWhenSomethingDoes() throws IOException {
        new PluginRepository(bundles, folder).update(FIRST);
        new PluginRepository(bundles, folder).update(FIRST.plusSeconds(60));
        assertTrue(files("org.kakuri.tck").contains("org.kakuri.tck-0.1.0-20260102.030405-1.jar"));

        Files.writeString(bundles.resolve("org.kakuri.api-0.1.0.jar"), "changed");
        PluginRepository.main(new String[] {bundles.toString(), folder.toString()});

        assertEquals(3, files("org.kakuri.api").size());
        assertTrue(files("org.kakuri.api").stream().noneMatch(file -> file.contains("20260102.030405")));
    }

    @Test
    void namesABundleThatIsMissing() throws IOException {
        Files.delete(bundles.resolve("org.kakuri.tck-0.1.0.jar"));

        assertEquals("no org.kakuri.tck in " + bundles + "; delete the .kakuri folder and build again",
                assertThrows(IOException.class, () -> new PluginRepository(bundles, folder).update(FIRST))
                        .getMessage());
    }
}

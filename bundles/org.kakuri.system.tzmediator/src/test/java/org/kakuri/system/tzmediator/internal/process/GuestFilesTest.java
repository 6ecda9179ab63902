package org.kakuri.system.tzmediator.internal.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.Refused;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.Spawn;

@Timeout(60)
class GuestFilesTest {
    private static final Path COMMITTED = Path.of("../../workspace");
    private static final String EMPTY_DIGEST = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @TempDir
    private Path workspace;
    private Path folder;

    @BeforeEach
    void layOut() throws IOException {
        folder = Files.createDirectories(workspace.resolve("guests/tz"));
    }

    @Test
    void givesAModuleThatItsManifestKnows() throws IOException {
        Files.writeString(folder.resolve("MANIFEST"), "compiler  clang 99\n" + EMPTY_DIGEST + "  a.wasm\n");
        Files.createFile(folder.resolve("a.wasm"));
        GuestFiles files = new GuestFiles(workspace);
        assertEquals(folder.resolve("a.wasm"), files.module("a.wasm"));
        assertEquals("clang 99", files.compiler());
    }

    @Test
    void refusesAModuleThatWasChanged() throws IOException {
        Files.writeString(folder.resolve("MANIFEST"), EMPTY_DIGEST + "  a.wasm\n");
        Files.writeString(folder.resolve("a.wasm"), "x");
        Refused e = assertThrows(Refused.class, () -> new GuestFiles(workspace).module("a.wasm"));
        assertEquals(folder.resolve("a.wasm")
                + " has digest 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881, its manifest says "
                + EMPTY_DIGEST, e.getMessage());
    }

    @Test
    void refusesAModuleThatNobodyRecorded() throws IOException {
        Files.writeString(folder.resolve("MANIFEST"), "compiler  clang 99\n");
        Refused e = assertThrows(Refused.class, () -> new GuestFiles(workspace).module("b.wasm"));
        assertEquals("b.wasm is not in " + folder.resolve("MANIFEST"), e.getMessage());
    }

    @Test
    void refusesAModuleThatIsMissing() throws IOException {
        Files.writeString(folder.resolve("MANIFEST"), EMPTY_DIGEST + "  a.wasm\n");
        Refused e = assertThrows(Refused.class, () -> new GuestFiles(workspace).module("a.wasm"));
        assertEquals("cannot read guest file " + folder.resolve("a.wasm") + ": " + folder.resolve("a.wasm"),
                e.getMessage());
    }

    @Test
    void refusesAWorkspaceWithoutGuests() {
        Refused e = assertThrows(Refused.class, () -> new GuestFiles(workspace));
        assertEquals("cannot read guest file " + folder.resolve("MANIFEST") + ": " + folder.resolve("MANIFEST"),
                e.getMessage());
    }

    /** The committed module comes from the committed sources; other compilers give other bytes and cannot tell. */
    @ParameterizedTest
    @ValueSource(strings = {"tz", "darknet", "apps"})
    void rebuildsTheCommittedModules(String name) {
        try (ErrorFile output = new ErrorFile("build");
                ChildProcess build = Spawn.program(COMMITTED.toAbsolutePath().resolve("guests/" + name + "/build.sh"))
                        .arguments("--check")
                        .give(output.fd(), 1)
                        .give(output.fd(), 2)
                        .start()) {
            ExitStatus status = build.waitFor(Duration.ofSeconds(50)).orElseThrow();
            Assumptions.assumeFalse(status.equals(new ExitStatus.Exited(3)), output::text);
            assertEquals(new ExitStatus.Exited(0), status, output::text);
        }
    }
}

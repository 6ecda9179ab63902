package org.kakuri.system.attacks.internal.victim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeInfo;

/** The native form of the victim, an ordinary process, and the way round the model. */
@Timeout(60)
class ProcessMemoryTest {
    @TempDir
    Path folder;

    private static RuntimeInfo runtime(RuntimeImage.Kind kind) {
        return new RuntimeInfo("test", "", Set.of(kind), Set.of(), 1, Map.of(), Map.of());
    }

    private static Optional<String> searchPath() {
        return Optional.ofNullable(System.getenv("PATH"))
                .filter(path -> List.of(path.split(":"))
                        .stream()
                        .anyMatch(entry -> Files.isExecutable(Path.of(entry, "cc"))));
    }

    @Test
    void findsASecretInAnotherProcessAndNotWhatIsNotThere() throws IOException {
        assumeTrue(searchPath().isPresent(), "no C compiler in PATH");
        Path program = new VictimImages(folder, searchPath().get()).of(runtime(RuntimeImage.Kind.PROGRAM)).path();
        byte[] secret = new byte[32];
        ThreadLocalRandom.current().nextBytes(secret);
        byte[] other = secret.clone();
        other[31]++;
        Process process = new ProcessBuilder(program.toString()).start();
        try (var out = process.inputReader()) {
            process.getOutputStream().write(secret);
            process.getOutputStream().flush();
            assertEquals("ready", out.readLine());

            SideRoute found = ProcessMemory.search(process.pid(), secret);
            SideRoute not = ProcessMemory.search(process.pid(), other);

            assumeTrue(!found.outcome().equals("skipped"), found.detail());
            assertEquals("found", found.outcome(), found.detail());
            assertTrue(found.detail().contains("/secret"), found.detail());
            assertEquals("not found", not.outcome());
            assertTrue(not.detail().matches("[1-9][0-9]* bytes of [1-9][0-9]* writable mappings read"), not.detail());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void skipsAProcessThatIsNotThereWithTheReason() {
        SideRoute route = ProcessMemory.search(Integer.MAX_VALUE, new byte[] {1});

        assertEquals("skipped", route.outcome());
        assertTrue(route.detail().contains("/proc/2147483647/mem"), route.detail());
    }

    @Test
    void keepsTheModuleOfTheManifest() throws IOException {
        RuntimeImage image = new VictimImages(folder, "").of(runtime(RuntimeImage.Kind.WASM));

        assertEquals(RuntimeImage.Kind.WASM, image.kind());
        byte[] module = Files.readAllBytes(image.path());
        assertArrayEquals(new byte[] {0, 'a', 's', 'm'}, java.util.Arrays.copyOf(module, 4));
        assertEquals(image, new VictimImages(folder, "").of(runtime(RuntimeImage.Kind.WASM)));
    }

    @Test
    void saysWhatIsMissing() {
        assertEquals("no C compiler to build the victim with: PATH=/nowhere", assertThrows(Unsupported.class,
                () -> new VictimImages(folder, "/nowhere").of(runtime(RuntimeImage.Kind.PROGRAM))).getMessage());
        assertEquals("there is no victim for runtime test: it runs [OCI_LAYOUT]", assertThrows(Unsupported.class,
                () -> new VictimImages(folder, "/nowhere").of(runtime(RuntimeImage.Kind.OCI_LAYOUT))).getMessage());
    }

    @Test
    void rebuildsTheCommittedModuleFromItsSource() throws Exception {
        Process check = new ProcessBuilder("sh", "src/main/resources/guests/build.sh", "--check")
                .redirectErrorStream(true)
                .start();
        String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        int status = check.waitFor();

        assumeTrue(status != 3, said);
        assertEquals(0, status, said);
    }
}

package org.kakuri.system.tzmediator.internal.ta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.Refused;
import org.kakuri.api.UsageError;

@Timeout(30)
class TaRegistryTest {
    @TempDir
    Path workspace;

    private TaRegistry registry;
    private Path module;

    @BeforeEach
    void fill() throws IOException {
        Path guests = Files.createDirectories(workspace.resolve("guests/tz"));
        Files.writeString(guests.resolve("ta_one.wasm"), "one");
        Files.writeString(guests.resolve("MANIFEST"), """
                compiler  none
                7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  ta_one.wasm
                7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  ta_one.c
                """);
        Files.writeString(guests.resolve("tas.properties"), "ta_one.title=the first\nta_one.style=rpc\n");
        module = Files.writeString(workspace.resolve("mine.wasm"), "mine");
        registry = new TaRegistry(workspace);
    }

    @Test
    void knowsTheModulesOfTheManifest() {
        TaSpec one = registry.find("ta_one", workspace);

        assertEquals("the first", one.title());
        assertEquals(TaStyle.RPC, one.style());
        assertEquals(1, registry.all().size());
        assertEquals(one.module(), TaRegistry.image(one).path());
    }

    @Test
    void knowsTheApplicationsToo() throws IOException {
        Path apps = Files.createDirectories(workspace.resolve("guests/apps"));
        Files.writeString(apps.resolve("ta_two.wasm"), "one");
        Files.writeString(apps.resolve("MANIFEST"), """
                compiler  none
                7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  ta_two.wasm
                """);
        Files.writeString(apps.resolve("tas.properties"), "ta_two.memory=1m\n");

        assertEquals(Set.of("ta_one", "ta_two"), registry.all().keySet());
        assertEquals(1 << 20, registry.find("ta_two", workspace).memoryBytes());
    }

    @Test
    void keepsWhatWasAddedAndForgetsWhatWasRemoved() {
        registry.add("mine", module,
                Map.of("tee", "some", "style", "polling", "memory", "32m", "preopen", "/tmp:/data"));

        TaSpec mine = new TaRegistry(workspace).find("mine", Path.of("/"));
        assertEquals(Optional.of("some"), mine.tee());
        assertEquals(TaStyle.POLLING, mine.style());
        assertEquals(32L << 20, mine.memoryBytes());
        assertEquals(Map.of("/data", Path.of("/tmp")), mine.folders());
        registry.remove("mine");
        assertThrows(UsageError.class, () -> registry.find("mine", Path.of("/")));
        assertThrows(UsageError.class, () -> registry.remove("ta_one"));
    }

    @Test
    void refusesAModuleThatWasChanged() throws IOException {
        TaSpec mine = registry.add("mine", module, Map.of());
        assertEquals(module, TaRegistry.image(mine).path());

        Files.writeString(module, "changed");

        assertThrows(Refused.class, () -> TaRegistry.image(mine));
    }

    @Test
    void takesAPathAsItIs() {
        TaSpec direct = registry.find("./mine.wasm", workspace);

        assertEquals(module, direct.module());
        assertTrue(direct.sha256().isEmpty());
        assertThrows(UsageError.class, () -> registry.find("./none.wasm", workspace));
    }

    @Test
    void refusesWhatMakesNoSense() throws IOException {
        assertEquals("no TA named ta_on",
                assertThrows(UsageError.class, () -> registry.find("ta_on", workspace)).getMessage());
        assertThrows(UsageError.class, () -> registry.add("../x", module, Map.of()));
        assertThrows(UsageError.class, () -> registry.add("x", workspace.resolve("none"), Map.of()));
        assertThrows(UsageError.class, () -> registry.add("x", module, Map.of("style", "fast")));
        assertThrows(UsageError.class, () -> registry.add("x", module, Map.of("memory", "much")));
        assertThrows(UsageError.class, () -> registry.add("x", module, Map.of("preopen", "/tmp")));
        assertFalse(Files.exists(workspace.resolve("tas/x.properties")));
        Files.createDirectories(workspace.resolve("tas"));
        Files.writeString(workspace.resolve("tas/bad.properties"), "module=/x\n");
        assertThrows(Refused.class, registry::all);
    }
}

package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.runtime.wasm.internal.engine.CompileCache;
import org.kakuri.runtime.wasm.internal.engine.WasmImage;

@Timeout(60)
class CompileCacheTest {
    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000_000_000L);

    @TempDir
    Path folder;

    private List<Path> files() throws IOException {
        try (var files = Files.list(folder.resolve("cache/wasm"))) {
            return files.sorted().toList();
        }
    }

    private OptionalInt run(Path cache) {
        try (Bench bench = new Bench(TestBackends.none(), cache); RuntimeSession session = bench.open("trouble")) {
            return Bench.run(session, "", Map.of(), "trouble", "exit", "5").exit().status();
        }
    }

    @Test
    void keepsCompiledModulesForTheNextRuntime() throws IOException {
        Path cache = folder.resolve("cache/wasm");
        assertEquals(OptionalInt.of(5), run(cache));
        assertEquals(List.of(cache.resolve(WasmImage.digest(Bench.bytes("trouble")) + ".endive-1.0.0.jar")), files());
        Files.setLastModifiedTime(files().getFirst(), LONG_AGO);

        assertEquals(OptionalInt.of(5), run(cache));

        assertEquals(LONG_AGO, Files.getLastModifiedTime(files().getFirst()), "it was read and not written again");
    }

    @Test
    void compilesAgainWhatIsDamaged() throws IOException {
        Path cache = folder.resolve("cache/wasm");
        run(cache);
        Path file = files().getFirst();
        byte[] sound = Files.readAllBytes(file);
        for (int at : new int[] {0, 31, 32, sound.length / 2, sound.length - 1}) {
            byte[] damaged = sound.clone();
            damaged[at] ^= 1;
            Files.write(file, damaged);
            Files.setLastModifiedTime(file, LONG_AGO);

            assertEquals(OptionalInt.of(5), run(cache), "at " + at);

            assertFalse(LONG_AGO.equals(Files.getLastModifiedTime(file)), "at " + at);
        }
        for (int length : new int[] {0, 10, 32, sound.length - 1}) {
            Files.write(file, Arrays.copyOf(sound, length));
            assertEquals(OptionalInt.of(5), run(cache), "length " + length);
        }
    }

    @Test
    void takesNoFileOfAnotherModuleOrEngine() throws IOException {
        Path own = folder.resolve("own");
        CompileCache cache = new CompileCache(own, "engine-1");
        cache.put("aa", new byte[] {1, 2, 3});
        assertArrayEquals(new byte[] {1, 2, 3}, cache.get("aa").orElseThrow());

        Files.copy(own.resolve("aa.engine-1.jar"), own.resolve("bb.engine-1.jar"));
        Files.copy(own.resolve("aa.engine-1.jar"), own.resolve("aa.engine-2.jar"));

        assertTrue(cache.get("bb").isEmpty());
        assertFalse(Files.exists(own.resolve("bb.engine-1.jar")));
        assertTrue(new CompileCache(own, "engine-2").get("aa").isEmpty());
        assertTrue(cache.get("cc").isEmpty());
    }

    @Test
    void usesNoFolderThatOthersMayWrite() throws IOException {
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        CompileCache cache = new CompileCache(open, "engine-1");

        cache.put("aa", new byte[] {1});

        assertTrue(cache.get("aa").isEmpty());
        try (var files = Files.list(open)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void doesWithoutAFolder() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertEquals(OptionalInt.of(5), run(file.resolve("wasm")));
    }
}

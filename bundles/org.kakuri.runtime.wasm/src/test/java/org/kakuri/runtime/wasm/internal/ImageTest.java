package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.Refused;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.Pricing;
import org.kakuri.platform.linux.ProcFs;

/** Modules that are refused before anything runs, each with one line. */
@Timeout(60)
class ImageTest {
    @TempDir
    Path folder;

    private final Bench bench = new Bench(TestBackends.none());

    @AfterEach
    void close() {
        bench.close();
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("m.wasm"), bytes);
    }

    private String refusal(byte[] bytes) throws IOException {
        Path file = file(bytes);
        List<Integer> before = ProcFs.openDescriptors();
        Refused refused = assertThrows(Refused.class, () -> bench.open(file, 1L << 40));
        assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
        assertFalse(refused.remedy().isEmpty());
        assertEquals(before, ProcFs.openDescriptors());
        return refused.getMessage().replace(file.toString(), "FILE");
    }

    @Test
    void runsTheTinyModuleThatTheRefusedOnesDifferFrom() throws IOException {
        try (RuntimeSession session = bench.open(file(Modules.withMemory(1, "_start")), 1L << 40)) {
            assertTrue(Bench.end(session.spawn(Command.attached(List.of("m")))).success());
        }
        try (RuntimeSession session = bench.open(file(Modules.withMemory(32767, "_start")), 1L << 40)) {
            var exit = Bench.end(session.spawn(Command.attached(List.of("m"))));
            assertTrue(exit.success(), exit.reason());
            assertEquals(32767L << 16, exit.peakMemory());
            assertTrue(Long.parseLong(ProcFs.status((int) ProcessHandle.current().pid())
                    .get("VmRSS")
                    .split(" ")[0]) < 1 << 20, "2 GiB of memory that nobody touched cost nothing");
        }
    }

    @Test
    void refusesMemoryTheEngineCannotAddress() throws IOException {
        assertEquals("FILE wants at least 4096 MiB of memory (65536 pages of 64 KiB); at most 2047 MiB (32767 pages)"
                + " can be had", refusal(Modules.withMemory(65536, "_start")));
        assertEquals("FILE wants at least 2048 MiB of memory (32768 pages of 64 KiB); at most 2047 MiB (32767 pages)"
                + " can be had", refusal(Modules.withMemory(32768, "_start")));
    }

    @Test
    void refusesMemoryTheSessionDoesNotGive() throws IOException {
        Path file = file(Modules.withMemory(32, "_start"));

        Refused refused = assertThrows(Refused.class, () -> bench.open(file, 1 << 20));

        assertEquals(file + " wants at least 2 MiB of memory (32 pages of 64 KiB); at most 1 MiB (16 pages) can be had",
                refused.getMessage());
        assertEquals("give the session more memory", refused.remedy());
    }

    @Test
    void refusesEveryTruncation() throws IOException {
        byte[] whole = Modules.withMemory(1, "_start");
        for (int length = 0; length < whole.length; length++) {
            String message = refusal(Arrays.copyOf(whole, length));
            assertTrue(message.matches("FILE (is no WebAssembly module: |is damaged or uses what the engine lacks: |"
                    + "exports no function _start).*"), length + ": " + message);
        }
        byte[] hello = Bench.bytes("hello");
        for (int length = 9; length < hello.length; length += 1777) {
            refusal(Arrays.copyOf(hello, length));
        }
    }

    @Test
    void refusesGarbage() throws IOException {
        assertEquals("FILE is no WebAssembly module: bytes=11, begins with 0x23212f62, expected 0x0061736d",
                refusal("#!/bin/sh\n\n".getBytes()));
        assertEquals("FILE is no WebAssembly module: bytes=0, begins with 0x, expected 0x0061736d",
                refusal(new byte[0]));
        byte[] bad = Modules.withMemory(1, "_start");
        bad[bad.length - 1] = (byte) 0xfe;
        assertTrue(refusal(bad).startsWith("FILE is damaged or uses what the engine lacks: "));
        Path missing = folder.resolve("missing");
        assertEquals("cannot read module %s: there is no such file".formatted(missing),
                assertThrows(Refused.class, () -> bench.open(missing, 1 << 20)).getMessage());
    }

    @Test
    void refusesWhatNobodyProvides() throws IOException {
        assertEquals("FILE imports function env.tick, which this runtime does not provide",
                refusal(Modules.importing("env", "tick")));
        assertEquals("FILE imports wasi_snapshot_preview1.fd_close as () -> nil; it is (I32) -> (I32)",
                refusal(Modules.importing("wasi_snapshot_preview1", "fd_close")));
        assertEquals("FILE imports env.memory (a memory), which this runtime does not provide",
                refusal(Modules.importingSharedMemory()));
        assertEquals("FILE exports no function _start", refusal(Modules.withMemory(1, "_initialize")));
    }

    @Test
    void refusesOptionsAndKindsItDoesNotKnow() {
        assertEquals("no option of runtime wasm named mod",
                assertThrows(UsageError.class, () -> bench.open("hello", "mod=fast")).getMessage());
        assertEquals("did you mean mode?",
                assertThrows(UsageError.class, () -> bench.open("hello", "mod=fast")).remedy());
        assertEquals("option mode=fast of runtime wasm is not known",
                assertThrows(UsageError.class, () -> bench.open("hello", "mode=fast")).getMessage());
        assertEquals("option guests=0 of runtime wasm is out of range",
                assertThrows(UsageError.class, () -> bench.open("hello", "guests=0")).getMessage());
        assertThrows(Refused.class, () -> bench.runtime()
                .open(bench.backend(),
                        new RuntimeImage(RuntimeImage.Kind.PROGRAM, Bench.guest("hello")),
                        new SessionSpec("test", Placement.INLINE, 1 << 20, Pricing.NONE, new SessionSpec.Local(),
                                java.util.Map.of())));
    }

    @Test
    void measuresTheModule() throws IOException {
        byte[] bytes = Modules.withMemory(1, "_start");
        try (RuntimeSession one = bench.open(file(bytes), 1 << 20);
                RuntimeSession same = bench.open(file(bytes), 1 << 22);
                RuntimeSession other = bench.open(file(Modules.withMemory(2, "_start")), 1 << 20)) {
            assertEquals(one.measurement(), same.measurement());
            assertFalse(one.measurement().equals(other.measurement()));
        }
    }
}

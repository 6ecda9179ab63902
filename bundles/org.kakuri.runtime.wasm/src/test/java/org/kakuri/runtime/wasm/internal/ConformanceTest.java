package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.ProcFs;

/** POSIX as a TA in WebAssembly sees it: the rows of ta_conform.c through a real shadow process. */
@Timeout(120)
class ConformanceTest {
    static final Path GUEST = Path.of("../../workspace/guests/tz/ta_conform.wasm").toAbsolutePath().normalize();
    private static final long MEMORY = 16L << 20;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(CallStyle.class)
    void everyRow(CallStyle style) {
        List<Integer> before = ProcFs.openDescriptors();
        Bench bench = new Bench(TestBackends.none());
        try (Pipe out = Pipe.open();
                TestShadow shadow = new TestShadow(out.writer());
                RuntimeSession session = bench.open(GUEST, MEMORY, shadow.calls(style),
                        "mediator.pid=" + shadow.pid())) {
            out.writer().close();
            var guest = session.spawn(new Command(
                    List.of("ta_conform", "run", folder.toString(), "kakuri-" + shadow.pid()), Map.of(),
                    List.of(GuestDescriptor.mediated(1, TestShadow.OUTPUT),
                            GuestDescriptor.mediated(2, TestShadow.OUTPUT)),
                    Map.of()));
            GuestExit exit = Bench.end(guest);
            String ended = shadow.process().waitFor(Duration.ZERO).map(ExitStatus::toString).orElse("runs");
            shadow.process().close();
            List<String> failed = new ArrayList<>();
            List<String> lines = Bench.read(out).lines().toList();
            lines.stream().filter(line -> !line.startsWith("ok\t")).forEach(failed::add);
            assertEquals(List.of(), failed,
                    () -> exit + ", shadow " + ended + ", last: " + (lines.isEmpty() ? "" : lines.getLast()));
            assertEquals(OptionalInt.of(0), exit.status(),
                    () -> exit + ", shadow " + ended + ", last: " + (lines.isEmpty() ? "" : lines.getLast()));
            assertEquals(62, lines.size(), "rows");
        } finally {
            bench.close();
        }
        assertEquals(before, ProcFs.openDescriptors());
    }
}

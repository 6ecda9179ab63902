package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.platform.linux.Signals;

/** POSIX as a TA in WebAssembly sees it: the rows of ta_conform.c through a real shadow process. */
@Timeout(120)
class ConformanceTest {
    static final Path GUEST = Path.of("../../workspace/guests/tz/ta_conform.wasm").toAbsolutePath().normalize();
    private static final Path SIGNALS = GUEST.resolveSibling("ta_signals.wasm");
    private static final long MEMORY = 16L << 20;
    private static final int ROWS = 62;

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
            assertEquals(ROWS, lines.size(), "rows");
        } finally {
            bench.close();
        }
        assertEquals(before, ProcFs.openDescriptors());
    }

    /** The shadow is the process of the guest's instance, which has its identity for the guest. */
    @Test
    void everyRowWhereTheShadowItselfEnters() {
        List<Integer> before = ProcFs.openDescriptors();
        try (Pipe in = Pipe.open(); Pipe out = Pipe.open()) {
            String name = "kakuri-e" + ProcessHandle.current().pid();
            try (ChildProcess shadow = EnteringShadow.start(in.reader(), out.writer(), GUEST, "ta_conform", "run",
                    folder.toString(), name)) {
                out.writer().close();
                List<String> lines = Bench.read(out).lines().toList();
                assertEquals(List.of(), lines.stream().filter(line -> !line.startsWith("ok\t")).toList());
                assertEquals("exited(0)", shadow.waitFor().toString());
                assertEquals(ROWS, lines.size(), "rows");
            }
        }
        assertEquals(before, ProcFs.openDescriptors());
    }

    /** What nobody handles ends the whole process, as it ends any; what the guest handles reaches it in the middle of its call. */
    @Test
    void signalsReachAGuestWhoseShadowEnters() {
        try (Pipe in = Pipe.open(); Pipe out = Pipe.open()) {
            try (ChildProcess shadow = EnteringShadow.start(in.reader(), out.writer(), SIGNALS, "ta_signals", "handle",
                    "36")) {
                out.writer().close();
                assertEquals("ready\n", Bench.read(out, 6));
                Signals.queue(shadow.pid(), 36, 5);
                String said = "signal 36 from %d value 5\n".formatted(ProcessHandle.current().pid());
                assertEquals(said, Bench.read(out, said.length()));
                shadow.signal(Signals.SIGTERM);
                assertEquals("killed(SIGTERM)", shadow.waitFor().toString());
            }
        }
    }

    @Test
    void refusesASecondGuestBesideOneThatIsTheProcess() {
        Bench bench = new Bench(TestBackends.none());
        try (Pipe in = Pipe.open(); RuntimeSession session = bench.open(SIGNALS, MEMORY, new SessionSpec.Local(true))) {
            var first = session.spawn(new Command(List.of("ta_signals", "ignore", "1"), Map.of(),
                    List.of(GuestDescriptor.passed(0, in.reader().number())), Map.of()));

            assertEquals("session test serves one guest at a time: this process has one identity",
                    assertThrows(Refused.class, () -> session.spawn(Command.attached(List.of("ta_signals"))))
                            .getMessage());

            in.writer().close();
            assertEquals(OptionalInt.of(0), Bench.end(first).status());
        } finally {
            bench.close();
        }
    }
}

package org.kakuri.runtime.occlum.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.platform.linux.ProcFs;

/** Programs that are broken, greedy or killed harm neither the workbench nor who comes after them; nothing of them stays. */
@Timeout(180)
class HardeningTest {
    @TempDir
    Path folder;

    private static long children() {
        return ProcessHandle.current().children().count();
    }

    private static List<String> sh(String script) {
        return List.of("/bin/dash", "-c", script);
    }

    @Test
    void fuzzedElfEndsAsItDoesNatively() throws Exception {
        byte[] good = Files.readAllBytes(Path.of("/bin/true"));
        var random = new Random(5);
        int refused = 0;
        try (Bench bench = Bench.none()) {
            for (int i = 0; i < 60; i++) {
                byte[] bad = good.clone();
                for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                    bad[random.nextInt(i % 2 == 0 ? 1024 : bad.length)] = (byte) random.nextInt();
                }
                Path file = Files.write(folder.resolve("fuzzed" + i), bad);
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
                String runtime = i % 4 < 2 ? "scone" : "occlum";
                try (RuntimeSession session = bench.open(runtime, new RuntimeImage(RuntimeImage.Kind.PROGRAM, file))) {
                    GuestProcess guest = session.spawn(new Command(List.of("f"), Map.of(), List.of(), Map.of()));
                    if (guest.waitFor(Deadline.inSeconds(1)).isEmpty()) {
                        guest.kill("it runs on");
                    }
                } catch (KakuriException e) {
                    assertFalse(e.getMessage().isBlank());
                    refused++;
                }
            }
            assertTrue(refused > 0 && refused < 60, "refused " + refused);
            assertEquals(0, bench.run("scone", List.of("/bin/true")).status());
        }
        assertEquals(0, children());
    }

    @ParameterizedTest
    @CsvSource({"scone,fidelity", "occlum,fidelity", "scone,fast", "occlum,fast"})
    void missingProgramIsTheGuestsProblem(String runtime, String mode) throws Exception {
        try (Bench bench = Bench.none()) {
            var ran = bench.run(runtime, sh("/no/such/program; echo $?"), "mode=" + mode);
            assertEquals("127\n", ran.out());
            assertEquals(0, ran.status());
        }
    }

    @Test
    void tenThousandForks() throws Exception {
        try (Bench bench = Bench.none()) {
            var ran = bench.run("occlum", sh("i=0; while [ $i -lt 10000 ]; do (:); i=$((i + 1)); done; echo $i"),
                    "mode=fast", "process=64k");
            assertEquals("10000\n", ran.out(), ran.reason());
            assertEquals(10000, ran.events().count(OcclumRuntime.DIVERGENCE).count());
        }
        assertEquals(0, children());
    }

    @ParameterizedTest
    @CsvSource({"scone,fidelity", "occlum,fidelity", "scone,fast", "occlum,fast"})
    void killedInMidCallLeavesNothing(String runtime, String mode) throws Exception {
        int descriptors = ProcFs.openDescriptors().size();
        try (Bench bench = Bench.none()) {
            try (RuntimeSession session = bench.host(runtime, "mode=" + mode)) {
                for (int i = 0; i < 5; i++) {
                    GuestProcess guest = session.spawn(new Command(sh("sleep 1000 & sleep 1000"), Bench.ENVIRONMENT,
                            List.of(), Map.of()));
                    TimeUnit.MILLISECONDS.sleep(20);
                    guest.kill("enough");
                    GuestExit exit = guest.waitFor(Deadline.inSeconds(20)).orElseThrow();
                    assertEquals("killed: enough", exit.reason());
                }
            }
        }
        assertEquals(0, children());
        assertTrue(ProcFs.openDescriptors().size() <= descriptors + 2, ProcFs.openDescriptors() + "");
        assertEquals(List.of(), Thread.getAllStackTraces()
                .entrySet()
                .stream()
                .filter(e -> e.getKey().getName().startsWith("kakuri-"))
                .map(e -> e.getKey().getName() + " " + List.of(e.getValue()))
                .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"scone", "occlum"})
    void signalIsPassedOnAndToldOf(String runtime) throws Exception {
        try (Bench bench = Bench.none()) {
            assertEquals("signal SIGTERM", bench.run(runtime, sh("kill -TERM $$")).reason());
            var caught = bench.run(runtime, sh("trap 'echo $1; exit 3' TERM; kill -TERM $$; sleep 5"));
            assertEquals(3, caught.status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"scone", "occlum"})
    void refusedCallsFailAndAreTold(String runtime) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/unshare")), "unshare is not installed");
        try (Bench bench = Bench.none()) {
            var ran = bench.run(runtime, List.of("/usr/bin/unshare", "-m", "true"));
            assertTrue(ran.err().contains("Function not implemented"), ran.err());
            assertEquals(1, ran.report()
                    .calls()
                    .stream()
                    .filter(call -> call.name().equals("unshare"))
                    .findFirst()
                    .orElseThrow()
                    .refused());
        }
    }

    @Test
    void phasesExcludeEachOther() throws Exception {
        try (Bench bench = Bench.none()) {
            long begin = System.nanoTime();
            var ran = bench.run("scone", sh("/bin/true; /bin/true"));
            long whole = System.nanoTime() - begin;
            assertTrue(ran.report().wholeNanos() <= whole, ran.report().phases() + " in " + whole);
            assertTrue(ran.report().phases().keySet().containsAll(List.of("build", "measure", "guest", "harness")));
        }
    }

    @Test
    void processesOfAnInstanceHaveDisjointRangesAndGiveThemBack() {
        var ranges = new Ranges(0, 100 << 12);
        var first = ranges.take(40 << 12, "a");
        var second = ranges.take(40 << 12, "b");
        assertFalse(first.overlaps(second));
        assertTrue(org.junit.jupiter.api.Assertions.assertThrows(org.kakuri.api.Refused.class,
                () -> ranges.take(40 << 12, "c")).getMessage().contains("the widest gap"));
        ranges.free(first);
        ranges.free(second);
        assertEquals(100 << 12, ranges.take(100 << 12, "d").bytes());
    }
}

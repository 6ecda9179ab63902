package org.kakuri.system.runtimes.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.platform.linux.Userfaultfd;

/** Guests whose heap is larger than the EPC: their pages are really taken away, encrypted, and brought back when they are touched. */
@Timeout(60)
class ObservedMemoryTest {
    private static final Map<String, String> OBSERVED = Map.of("paging", "observed", "heap", "64k");
    private static final long MIB = 1 << 20;
    private static WalkProgram walk;

    @BeforeAll
    static void write() {
        assumeTrue(Userfaultfd.possible() == 0, "userfaultfd is not permitted here");
        walk = WalkProgram.make();
    }

    @AfterAll
    static void delete() {
        if (walk != null) {
            walk.close();
        }
    }

    private static OnMachine.Ran walk(OnMachine machine, String runtime, long bytes, int passes) {
        return machine.run(runtime, new RuntimeImage(RuntimeImage.Kind.PROGRAM, walk.file()),
                List.of("walk", Long.toString(bytes), Integer.toString(passes)),
                runtime.equals("scone") ? OBSERVED : Map.of("paging", "observed"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"scone", "occlum"})
    void countsASequentialScanExactly(String runtime) throws Exception {
        int epc = runtime.equals("scone") ? 8 : 72; // the instance of all processes is there as a whole, 64 MiB
        try (OnMachine machine = OnMachine.sgx(epc)) {
            long pages = 12 * MIB / 4096;
            int passes = 3;

            OnMachine.Ran ran = walk(machine, runtime, 12 * MIB, passes);

            assertEquals(0, ran.status(), ran.toString());
            assertEquals(pages, ran.count("EAUG"), "each page is added once");
            assertEquals(pages * (passes - 1), ran.count("ELDU"), "who was loaded longest ago is needed next");
            assertEquals(pages * passes, ran.count("page.touch"));
            assertEquals(pages * (passes - 1), ran.count("page.reload"));
            assertEquals(pages * passes, ran.count("AEX"));
            assertEquals(ran.count("EWB"), ran.count("EBLOCK"));
            long out = ran.count("EWB") - ran.count("ELDU");
            assertTrue(out > pages - 8 * MIB / 4096 && out < pages, "evicted at the end: " + out);
        }
    }

    @Test
    void swapsNothingIfAllFits() throws Exception {
        try (OnMachine machine = OnMachine.sgx(16)) {
            OnMachine.Ran ran = walk(machine, "scone", 8 * MIB, 4);

            assertEquals(0, ran.status(), ran.toString());
            assertEquals(8 * MIB / 4096, ran.count("page.touch"));
            assertEquals(0, ran.count("EWB"));
            assertEquals(0, ran.count("ELDU"));
        }
    }

    @Test
    void backendsThatDoNotPageAreTold() throws Exception {
        try (OnMachine machine = OnMachine.none()) {
            OnMachine.Ran ran = walk(machine, "scone", 4 * MIB, 3);

            assertEquals(0, ran.status(), ran.toString());
            assertEquals(4 * MIB / 4096, ran.count("page.touch"));
            assertEquals(0, ran.count("page.reload"));
        }
    }

    static List<List<String>> programs() {
        return List.of(
                List.of("/usr/bin/perl", "-e", "$s=q(x)x(8<<20);$n=0;for$p(1..3){for($i=0;$i<length$s;$i+=4096)"
                        + "{$n+=ord(substr($s,$i,1))}}print$n"),
                List.of("/bin/dd", "if=/dev/zero", "of=/dev/null", "bs=16M", "count=3", "status=none"),
                List.of("/usr/bin/sort", "-S", "8M", "/etc/passwd", "/etc/services"));
    }

    @ParameterizedTest
    @MethodSource("programs")
    void ordinaryProgramsDoTheSame(List<String> argv) throws Exception {
        var image = new RuntimeImage(RuntimeImage.Kind.PROGRAM, Path.of(argv.getFirst()).toRealPath());
        try (OnMachine machine = OnMachine.sgx(15)) {
            OnMachine.Ran expected = machine.run("scone", image, argv, Map.of("heap", "64k"));
            OnMachine.Ran ran = machine.run("scone", image, argv, OBSERVED);

            assertEquals(0, ran.status(), ran.reason());
            assertEquals(expected.out(), ran.out());
            assertTrue(ran.count("page.touch") > 0);
            assertEquals(!argv.getFirst().endsWith("sort"), ran.count("page.reload") > 0,
                    "the others have more than fits");
        }
    }

    @Test
    void guestsTakePagesFromEachOther() throws Exception {
        try (OnMachine machine = OnMachine.sgx(8)) {
            var one = CompletableFuture.supplyAsync(() -> walk(machine, "scone", 6 * MIB, 6));
            OnMachine.Ran two = walk(machine, "scone", 6 * MIB, 6);

            assertEquals(0, two.status(), two.reason());
            assertEquals(0, one.get().status(), one.get().reason());
        }
    }

    /** Two threads, each with pages that the other's faults evict: what one writes is never lost. */
    @Test
    void threadsLoseNoWrite() throws Exception {
        String script = """
                import threading, mmap, sys
                size = 7 << 20
                def work(seed):
                    m = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
                    for n in range(1, 4):
                        for at in range(0, size, 4096):
                            if m[at] != (n - 1) * seed: print("lost", seed, n, at)
                            m[at] = n * seed
                    m.close()
                t = [threading.Thread(target=work, args=(s,)) for s in (3, 7)]
                [x.start() for x in t]; [x.join() for x in t]
                print("done")
                """;
        Path python = Path.of("/usr/bin/python3");
        assumeTrue(Files.isExecutable(python), "python3 is not installed");
        try (OnMachine machine = OnMachine.sgx(24)) {
            OnMachine.Ran ran = machine.run("scone",
                    new RuntimeImage(RuntimeImage.Kind.PROGRAM, python.toRealPath()),
                    List.of("python3", "-S", "-c", script), OBSERVED);

            assertEquals("done\n", ran.out(), ran.reason());
            assertEquals(0, ran.status());
        }
    }

    /** A program that executes another one, forks (which is refused), and touches more than it may. */
    @Test
    void otherProgramsAndForksAndTooMuchMemory() throws Exception {
        try (OnMachine machine = OnMachine.sgx(16)) {
            var shell = new RuntimeImage(RuntimeImage.Kind.PROGRAM, Path.of("/bin/dash").toRealPath());
            OnMachine.Ran exec = machine.run("scone", shell, List.of("dash", "-c", "exec /bin/echo there"), OBSERVED);
            assertEquals("there\n", exec.out());

            OnMachine.Ran fork = machine.run("scone", shell, List.of("dash", "-c", "(:); echo no"), OBSERVED);
            assertEquals("", fork.out());
            assertEquals(2, fork.status(), "dash: cannot fork");

            OnMachine.Ran much = walk(machine, "scone", 65 * MIB, 2);
            assertTrue(much.reason().startsWith("signal SIGKILL") && much.status() == -1, much.reason());
        }
    }
}

package org.kakuri.system.scwatcher.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.api.KakuriException;
import org.kakuri.api.vm.GuestSpec;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.platform.vm.internal.Introspector;
import org.kakuri.platform.vm.internal.VmShelf;
import org.kakuri.platform.vm.internal.boot.Kernels;
import org.kakuri.system.scwatcher.internal.fuse.FuseMount;
import org.kakuri.system.scwatcher.internal.fuse.Readers;
import org.kakuri.system.scwatcher.internal.watch.Change;
import org.kakuri.system.scwatcher.internal.watch.Look;

/**
 * Debian's own ps and netstat, outside over a FUSE mount of the guest's /proc, and the same inside the guest. What needs no
 * crowd shares one small guest, which the last test ends.
 */
@Timeout(200)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RealToolsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final VmShelf shelf = new VmShelf();

    private VirtualMachine small;

    @AfterAll
    void close() {
        shelf.close();
    }

    private VirtualMachine small() {
        if (small == null) {
            small = boot(kernels().toList().getLast(), 20, 5);
        }
        return small;
    }

    static Stream<Path> kernels() {
        List<Path> found = Kernels.of(System.getenv()).found();
        return found.isEmpty() ? Stream.of(Path.of("none")) : found.stream();
    }

    private VirtualMachine boot(Path kernel, int processes, int sockets) {
        shelf.machines().forEach(VirtualMachine::close);
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-system-x86_64")), "no qemu-system-x86_64 in /usr/bin");
        assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "no /bin/busybox");
        assumeTrue(Files.isRegularFile(kernel), "no kernel image; ./kakuri provision fetches Debian's");
        return shelf.start(new GuestSpec("tools", java.util.Optional.of(kernel), GuestSpec.Machine.MICROVM,
                GuestSpec.Accelerator.TCG, 256L << 20,
                List.of("i=0; while [ $i -lt %d ]; do sleep 100000 & i=$((i + 1)); done".formatted(processes),
                        "i=0; while [ $i -lt %d ]; do nc -ll -p $((10000 + i)) -e /bin/cat >/dev/null 2>&1 & i=$((i + 1)); done"
                                .formatted(sockets),
                        "sleep 1; ( echo hello; sleep 100000 ) | nc 127.0.0.1 4444 >/dev/null 2>&1 &",
                        "wget -q -O /dev/null http://127.0.0.1/", "sleep 1"),
                java.util.Map.of(), Duration.ofSeconds(100)));
    }

    private String outside(Path mount, String script) throws Exception {
        Process process = new ProcessBuilder("unshare", "-m", "sh", "-c",
                "mount --bind %s /proc && export LC_ALL=C COLUMNS=200 && %s".formatted(mount, script))
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return text;
    }

    /** Without the tool itself and its shell, and without C, the recent use of a CPU, which is another at another moment. */
    private static List<String> processes(String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> line.contains(":") && !line.contains("ps -ef"))
                .map(line -> line.replaceFirst("^(\\S+\\s+\\S+\\s+\\S+)\\s+\\S+", "$1"))
                .map(line -> line.replaceFirst("\\[(kworker/[^-+\\]]*)[-+][^]]*\\]", "[$1]"))
                .map(line -> line.replaceAll("\\s+", " "))
                .toList();
    }

    private static List<String> sockets(String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("tcp") || line.startsWith("udp"))
                .map(line -> line.replaceAll("\\s+", " "))
                .toList();
    }

    @Order(1)
    @ParameterizedTest
    @MethodSource("kernels")
    void psAndNetstatSayTheSameOutsideAsInside(Path kernel) throws Exception {
        VirtualMachine guest = boot(kernel, 150, 100);
        Watched watched = new Watched(guest, new Introspector());
        Path mount = Files.createDirectory(folder.resolve("proc"));
        try (FuseMount _ = mountOrSkip(mount, watched)) {
            assumeTrue(outside(mount, "echo ok").strip().equals("ok"),
                    "unshare -m and mount --bind are not allowed here");
            List<String> psInside = processes(guest.run("COLUMNS=200 /real/ps -ef", PATIENCE));
            List<String> psOutside = processes(outside(mount, "ps -ef"));
            List<String> netstatOutside = sockets(outside(mount, "netstat -an"));
            List<String> netstatInside = sockets(guest.run("/real/netstat -an", PATIENCE));

            assertTrue(psInside.size() > 300, () -> String.join("\n", psInside));
            assertEquals(String.join("\n", psInside), String.join("\n", psOutside));
            assertTrue(netstatInside.size() > 105, () -> String.join("\n", netstatInside));
            assertTrue(netstatInside.stream().anyMatch(line -> line.endsWith("ESTABLISHED")));
            assertTrue(netstatInside.stream().anyMatch(line -> line.endsWith("TIME_WAIT")));
            assertEquals(String.join("\n", netstatInside), String.join("\n", netstatOutside));
        }
        try (Stream<Path> left = Files.list(mount)) {
            assertEquals(0, left.count());
        }
    }

    private static FuseMount mountOrSkip(Path mount, Watched watched) {
        try {
            return FuseMount.mount(mount, new Readers(watched::now));
        } catch (KakuriException e) {
            assumeTrue(false, e.getMessage());
            throw e;
        }
    }

    @Test
    @Order(2)
    void servesTreesOfFilesToAnyProgram() throws Exception {
        Watched watched = new Watched(small(), new Introspector());
        Path mount = Files.createDirectory(folder.resolve("proc"));
        FuseMount mounted = mountOrSkip(mount, watched);
        try {
            assertEquals("init\n", Files.readString(mount.resolve("1/comm")));
            assertEquals(Path.of("/bin/busybox"), Files.readSymbolicLink(mount.resolve("1/exe")));
            assertTrue(Files.readString(mount.resolve("version")).startsWith("Linux version "));
            assertTrue(Files.readString(mount.resolve("self/status")).startsWith("Name:\tkakuri"));
            assertTrue(Files.isDirectory(mount.resolve("1/task/1")));
            assertFalse(Files.exists(mount.resolve("1/nothing")));
            assertFalse(Files.exists(mount.resolve("nothing/at/all")));
            try (Stream<Path> descriptors = Files.list(mount.resolve("1/fd"))) {
                assertTrue(descriptors.count() >= 3);
            }
            assertThrows(IOException.class,
                    () -> Files.writeString(mount.resolve("1/comm"), "x"));
        } finally {
            mounted.close();
            mounted.close();
        }
    }

    @Test
    @Order(3)
    void tellsWhatChangedAndRaisesAlerts() throws Exception {
        Watched watched = new Watched(small(), new Introspector());
        Look before = watched.look(List.of("/bin", "/etc/passwd"));
        assertEquals(List.of(), Change.first(before));
        assertTrue(before.listeners().containsKey("tcp6 [::]:10001"), () -> before.listeners().toString());
        assertTrue(before.files().get("/bin/busybox").matches("[0-9a-f]{64}"), () -> before.files().toString());
        assertEquals(List.of(), Change.between(before, watched.look(List.of("/bin", "/etc/passwd"))));

        small().run(
                "nc -l -p 31337 </dev/null >/dev/null 2>&1 & cp /bin/busybox /bin/.busybox; echo x >>/etc/passwd; sleep 1",
                PATIENCE);
        List<Change> changes = Change.between(before, watched.look(List.of("/bin", "/etc/passwd")));
        List<String> alerts = changes.stream().filter(Change::alert).map(Change::text).toList();
        assertEquals(3, alerts.size(), alerts::toString);
        assertTrue(alerts.getFirst().matches("new listener: tcp6 \\[::]:31337 of process \\d+ nc -l -p 31337"),
                alerts::toString);
        assertEquals("new file: /bin/.busybox, SHA-256 " + before.files().get("/bin/busybox"), alerts.get(1));
        assertTrue(alerts.get(2).startsWith("changed file: /etc/passwd, SHA-256 "), alerts::toString);
        assertTrue(changes.stream()
                .anyMatch(change -> !change.alert() && change.text().matches("started: \\d+ nc -l -p 31337")),
                changes::toString);
    }

    @Test
    @Order(4)
    void findsWhatARootkitHides() throws Exception {
        var trial = new DetectTrial(small(), shelf, new Introspector(), folder);
        assertEquals(List.of(0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0),
                trial.arms().stream().map(RealToolsTest::found).toList());
    }

    private static double found(org.kakuri.api.experiment.Arm arm) {
        double[] value = {-1};
        try {
            arm.measure(1, new Sink(value));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return value[0];
    }

    /** Keeps the last sample. */
    private record Sink(double[] last) implements org.kakuri.api.experiment.SampleSink {
        @Override
        public void sample(double value) {
            last[0] = value;
        }

        @Override
        public void extra(String name, double value) {}

        @Override
        public void events(org.kakuri.api.tee.LedgerSnapshot events) {}

        @Override
        public void failure(String reason) {
            throw new AssertionError(reason);
        }
    }

    @Test
    @Order(5)
    void seesTheSameUnderAStormOfProcessesAndNothingWhenItIsOver() throws Exception {
        Path mount = Files.createDirectory(folder.resolve("ended"));
        var watched = new Watched(small(), new Introspector());
        try (FuseMount _ = mountOrSkip(mount, watched);
                AccuracyTrial trial = new AccuracyTrial(small(), new Introspector(), true)) {
            for (int round = 0; round < 5; round++) {
                assertEquals(0.0, found(trial.arms().getFirst()));
            }
            assertEquals(List.of(), ScwCommands.hidden(watched.now()));
            assertEquals(List.of(), watched.hiddenSockets());
            small.close();
            assertThrows(IOException.class, () -> Files.readString(mount.resolve("1/environ")));
        }
    }
}

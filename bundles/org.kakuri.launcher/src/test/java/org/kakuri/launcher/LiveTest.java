package org.kakuri.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToIntBiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.launcher.Launched.Ended;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** One-shot commands that act on a workbench that runs, all of them processes. */
@Timeout(120)
class LiveTest {

    private static final String NONE_RUNS = "and none does; start ./kakuri in another terminal\n";

    @TempDir
    Path temp;
    private Path dist;
    private Launched launcher;
    private final List<Process> processes = new ArrayList<>();

    @BeforeEach
    void dist() throws IOException {
        launcher = new Launched(temp);
        dist = Files.createDirectory(temp.resolve("a dist"));
        Path bundles = Files.createDirectory(dist.resolve("bundles"));
        new Jars("shell").header("Bundle-Activator", Shell.class.getName())
                .header("Import-Package", "org.osgi.framework")
                .type(Shell.class)
                .write(bundles);
        Files.write(dist.resolve("index"), List.of("kakuri-index 1", "bundle shell.jar", "command wb:show 0",
                "live wb:show shows", "command wb:change 0", "live wb:change changes", "command wb:own 0",
                "command wb:stop 0", "live wb:stop changes"));
    }

    @AfterEach
    void end() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void theWorkbenchThatRunsExecutesWhatIsHandedInWithArgumentsStreamsAndCode() throws Exception {
        Process workbench = workbench();

        assertEquals(
                new Ended(7, "%d|wb:change|a b|$HOME||é|\n".formatted(workbench.pid()),
                        "in %s\n".formatted(Path.of("").toAbsolutePath())),
                command("wb:change", "a b", "$HOME", "", "é"));
        assertEquals(workbench.pid(), executor("wb:show"));
    }

    @Test
    void otherCommandsStayInTheirOwnProcessUnlessTold() throws Exception {
        Process workbench = workbench();

        assertTrue(executor("wb:own") != workbench.pid());
        assertEquals(workbench.pid(), executor("--live", "wb:own"));
        assertTrue(executor("--here", "wb:show") != workbench.pid());
        assertEquals(workbench.pid(), executor("--live", "third:party"));
    }

    @Test
    void whatIsUnknownHereIsPerhapsKnownThere() throws Exception {
        assertEquals(new Ended(2, "", ""), command("wb:own", "unknown"));

        workbench();

        assertEquals(new Ended(2, "", "kakuri: this command did not act on the workbench that runs; to try it there:"
                + " ./kakuri --live wb:own unknown\n"), command("wb:own", "unknown"));
        assertEquals(new Ended(2, "", ""), command("--here", "wb:own", "unknown"));
        assertEquals(new Ended(2, "", ""), command("--live", "wb:own", "unknown"));
    }

    @Test
    void withoutAWorkbenchAChangeFailsAndAViewShowsAFreshOne() throws Exception {
        assertEquals(new Ended(1, "", "kakuri: wb:change changes the workbench that runs, " + NONE_RUNS),
                command("wb:change", "x"));
        assertEquals(
                new Ended(1, "",
                        "kakuri: no workbench runs that could execute wb:own; start ./kakuri in another terminal\n"),
                command("--live", "wb:own"));
        assertTrue(executor("wb:show") > 0);
        assertEquals(7, command("wb:change", "--help").code());
    }

    @Test
    void wantsACommandAndNothingElse() throws Exception {
        assertEquals(new Ended(2, "", "kakuri: --live wants a command: --live SCOPE:FUNCTION ARG...\n"),
                command("--live"));
        assertEquals(new Ended(2, "", "kakuri: --headless takes nothing, not [tee:list]\n"),
                command("--headless", "tee:list"));
    }

    @Test
    void theNewestOfTwoListensAndTheOtherTakesOverWhenItEnds() throws Exception {
        Process first = workbench();
        Process second = workbench();

        assertEquals(second.pid(), executor("wb:show"));
        assertEquals("listener %d\n".formatted(second.pid()), command("wb:change", "listener").out());

        second.destroyForcibly().waitFor();
        assertEquals(first.pid(), executor("wb:show"));
        assertEquals(1, sockets().size(), "the socket of a killed workbench stays until somebody meets it");

        first.destroy();
        assertEquals(143, first.waitFor());
        assertEquals(List.of(), sockets());
        assertEquals(new Ended(1, "", "kakuri: wb:change changes the workbench that runs, " + NONE_RUNS),
                command("wb:change"));
    }

    @Test
    void aNewWorkbenchIsNotHinderedByWhatAKilledOneLeft() throws Exception {
        workbench().destroyForcibly().waitFor();
        assertEquals(1, sockets().size());

        Process next = workbench();

        assertEquals(1, sockets().size());
        assertEquals(next.pid(), executor("wb:show"));
    }

    @Test
    void aClientThatEndsCancelsItsCommand() throws Exception {
        workbench();
        Path done = temp.resolve("cancelled");
        Process client = start("wb:change", "wait", done.toString());
        assertEquals("waiting", client.inputReader().readLine());

        client.destroy();

        assertEquals(143, client.waitFor());
        assertEquals("interrupted", awaitContent(done));
    }

    @Test
    void aWorkbenchThatEndsCancelsWhatRunsAndSaysSo() throws Exception {
        Process workbench = workbench();
        Process client = start("wb:change", "wait", temp.resolve("cancelled").toString());
        BufferedReader out = client.inputReader();
        assertEquals("waiting", out.readLine());

        workbench.destroy();

        int code = client.waitFor();
        assertEquals(9, code, () -> client.errorReader().lines().toList().toString());
        assertEquals("cancelled", out.readLine());
    }

    @Test
    void aWorkbenchThatIsKilledEndsItsClients() throws Exception {
        Process workbench = workbench();
        Process client = start("wb:change", "wait", temp.resolve("cancelled").toString());
        assertEquals("waiting", client.inputReader().readLine());

        workbench.destroyForcibly();

        assertEquals(1, client.waitFor());
        assertTrue(client.errorReader()
                .readLine()
                .startsWith("kakuri: the workbench, process %d, ended before wb:change did; start it again and look"
                        .formatted(workbench.pid())));
    }

    @Test
    void stoppingTheWorkbenchReturnsWhenItsProcessIsGone() throws Exception {
        Process workbench = workbench();

        assertEquals(new Ended(0, "stops\n", ""), command("wb:stop"));

        assertEquals(0, workbench.waitFor());
        assertEquals(List.of(), sockets());
    }

    @Test
    void theGuardianOfAKilledWorkbenchKillsWhatItWasToldOfAndNothingElse() throws Exception {
        Process workbench = workbench();
        Process own = shell("exec sleep 1000");
        Process ended = shell("exec sleep 1000");
        Process untold = shell("exec sleep 1000");
        Files.writeString(only("guardian"), "\n+ %d\n+ %d\n+ 0\n- %d\n".formatted(own.pid(), ended.pid(),
                ended.pid()));

        workbench.destroyForcibly();

        assertEquals(137, own.waitFor());
        assertTrue(ended.isAlive(), "it was taken back");
        assertTrue(untold.isAlive(), "nobody told of it");
    }

    @Test
    void theGuardianOfAKilledWorkbenchDeletesItsSocketsAndNothingElse() throws Exception {
        Process workbench = workbench();
        List<ProcessHandle> guardian = workbench.children().toList();
        List<Path> sockets = List.of(temp.resolve("one"), temp.resolve("an other"));
        Path file = Files.createFile(temp.resolve("file"));
        for (Path path : sockets) {
            ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path)).close();
        }
        Path untold = temp.resolve("untold");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(untold)).close();
        Files.writeString(only("guardian"), "s %s\ns %s\ns %s\ns %s\n".formatted(sockets.get(0), sockets.get(1), file,
                temp.resolve("missing")));

        workbench.destroyForcibly();
        guardian.getFirst().onExit().get(30, TimeUnit.SECONDS);

        assertTrue(sockets.stream().noneMatch(Files::exists));
        assertTrue(Files.exists(file) && Files.exists(untold));
    }

    @Test
    void theGuardianDoesNotOutliveAWorkbenchThatNeverOpenedItsFifo() throws Exception {
        Path directory = Files.createDirectory(temp.resolve("guarded"));
        Process launcher = new ProcessBuilder(launcherJava(), "-cp", System.getProperty("java.class.path"),
                Stillborn.class.getName(), directory.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        processes.add(launcher);
        long guardian = Long.parseLong(launcher.inputReader().readLine());

        launcher.destroyForcibly().waitFor();

        ProcessHandle.of(guardian).ifPresent(left -> left.onExit().join());
    }

    private static String launcherJava() {
        return ProcessHandle.current().info().command().orElseThrow();
    }

    /** Starts the guardian's script and is killed before it opens the FIFO. */
    static final class Stillborn {
        private Stillborn() {}

        public static void main(String[] arguments) throws Exception {
            Process guardian = new ProcessBuilder("/bin/sh", "-c", Guardian.SCRIPT, "guardian", arguments[0] + "/fifo")
                    .start();
            if (!"ready".equals(guardian.inputReader().readLine())) {
                throw new IllegalStateException("not ready");
            }
            System.out.println(guardian.pid());
            guardian.waitFor();
        }
    }

    @Test
    void aSocketWithoutItsNameIsDeletedWhenItsProcessIsDead() throws Exception {
        Process workbench = workbench();
        Path socket = sockets().getFirst();
        Process gone = shell("exit");
        gone.waitFor();
        Path dead = Files.createFile(socket.resolveSibling(".1700000000000-" + gone.pid() + ".sock"));
        Path living = Files.createFile(socket.resolveSibling(".1700000000000-" + workbench.pid() + ".sock"));

        assertEquals(workbench.pid(), executor("wb:show"));

        assertFalse(Files.exists(dead));
        assertTrue(Files.exists(living));
    }

    @Test
    void theGuardianEndsWithAWorkbenchThatEnds() throws Exception {
        Process workbench = workbench();
        List<ProcessHandle> guardian = workbench.children().toList();
        assertEquals(1, guardian.size());

        workbench.destroy();
        guardian.getFirst().onExit().get(30, TimeUnit.SECONDS);
    }

    private Process shell(String script) throws IOException {
        Process process = new ProcessBuilder("/bin/sh", "-c", script).start();
        processes.add(process);
        return process;
    }

    private Path only(String name) throws IOException {
        try (var files = Files.walk(temp)) {
            List<Path> found = files.filter(file -> file.endsWith(name)).toList();
            assertEquals(1, found.size());
            return found.getFirst();
        }
    }

    @Test
    void rubbishOnTheSocketHurtsNobody() throws Exception {
        Process workbench = workbench();
        for (byte[] rubbish : List.of(new byte[0], "GET / HTTP/1.0\r\n\r\n".getBytes(), new byte[] {0x4b, 0x4b})) {
            try (SocketChannel channel = connect(sockets().getFirst())) {
                channel.write(ByteBuffer.wrap(rubbish));
                channel.shutdownOutput();
                assertTrue(closed(channel), () -> "answered: " + new String(rubbish));
            }
        }
        assertEquals(workbench.pid(), executor("wb:show"));
    }

    @Test
    void nobodyElseMayEnterTheDirectoryOfTheSocket() throws Exception {
        workbench();

        Path base = sockets().getFirst().getParent().getParent();
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(base)));
    }

    @Test
    void anotherUserIsRefusedEvenIfTheDirectoryWereOpen() throws Exception {
        Object uid = Files.getAttribute(temp, "unix:uid");
        Assumptions.assumeTrue(uid.equals(0), "only root can become another user");
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv"))
                && Files.isExecutable(Path.of("/usr/bin/perl")), "needs setpriv and perl");
        workbench();
        Path socket = sockets().getFirst();
        for (Path path = socket; !path.equals(temp.getParent()); path = path.getParent()) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        // The request of LiveFramesTest, its directory a text of the client's.
        Process other = new ProcessBuilder("/usr/bin/setpriv", "--reuid=65534", "--clear-groups", "/usr/bin/perl",
                "-MSocket", "-e", """
                        socket(S, PF_UNIX, SOCK_STREAM, 0) or die; connect(S, sockaddr_un($ARGV[0])) or die "connect: $!";
                        syswrite S, pack("H*", "4b4b4c31000000060000000161000000015500000001560000000000000001780000000179");
                        local $/; print <S>;""", socket.toString()).redirectErrorStream(true).start();
        processes.add(other);

        String answer = new String(other.getInputStream().readAllBytes());
        assertTrue(answer.contains("kakuri: this workbench is root's; "), answer);
        assertEquals("00000001", java.util.HexFormat.of()
                .formatHex(
                        answer.substring(answer.length() - 4).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)));
    }

    @Test
    void aDirectoryThatOthersMayEnterIsNotUsed() throws Exception {
        Process workbench = workbench();
        Path base = sockets().getFirst().getParent().getParent();
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxrwxrwx"));

        Ended ended = command("wb:change");

        assertEquals(1, ended.code());
        assertTrue(ended.err().startsWith("kakuri: " + base + " is not a directory that only user "), ended.err());
        assertTrue(workbench.isAlive());
    }

    private Process workbench() throws IOException {
        Process workbench = start("--headless");
        String line = workbench.inputReader().readLine();
        assertEquals("workbench %d runs; ./kakuri wb:stop ends it".formatted(workbench.pid()), line);
        return workbench;
    }

    private Process start(String... words) throws IOException {
        Process process = launcher.builder(words(words)).start();
        processes.add(process);
        return process;
    }

    private Ended command(String... words) throws Exception {
        return launcher.run(words(words));
    }

    private String[] words(String... words) {
        List<String> all = new ArrayList<>(List.of("--dist", dist.toString()));
        all.addAll(List.of(words));
        return all.toArray(String[]::new);
    }

    private long executor(String... words) throws Exception {
        Ended ended = command(words);
        assertEquals(7, ended.code(), ended::toString);
        return Long.parseLong(ended.out().substring(0, ended.out().indexOf('|')));
    }

    private List<Path> sockets() throws IOException {
        try (var files = Files.walk(temp)) {
            return files.filter(file -> file.toString().endsWith(".sock")).toList();
        }
    }

    private static boolean closed(SocketChannel channel) throws IOException {
        try {
            return channel.read(ByteBuffer.allocate(1)) < 0;
        } catch (SocketException resetBecauseItReadNotAll) {
            return true;
        }
    }

    private static SocketChannel connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return channel;
    }

    private static String awaitContent(Path file) throws IOException, InterruptedException {
        while (!Files.exists(file) || Files.size(file) == 0) {
            assertFalse(Thread.interrupted());
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return Files.readString(file);
    }

    /** Executes commands as the shell bundle does. */
    public static final class Shell implements BundleActivator, ToIntBiFunction<String[], Map<String, Object>> {
        private BundleContext context;

        @Override
        public void start(BundleContext own) {
            context = own;
            context.registerService(ToIntBiFunction.class.getName(), this,
                    new Hashtable<>(Map.of("kakuri.oneshot", true)));
        }

        @Override
        public void stop(BundleContext own) {}

        @Override
        public int applyAsInt(String[] words, Map<String, Object> call) {
            PrintStream out = (PrintStream) call.getOrDefault("out", System.out);
            try {
                return execute(words, out, call);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        private int execute(String[] words, PrintStream out, Map<String, Object> call) throws Exception {
            if (words[0].equals("wb:stop")) {
                context.getBundle(0).stop();
                out.println("stops");
                return 0;
            }
            switch (words.length > 1 ? words[1] : "") {
            case "wait" -> {
                out.println("waiting");
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    Files.writeString(Path.of(words[2]), "interrupted");
                    Thread.currentThread().interrupt();
                    out.println("cancelled");
                    return 9;
                }
            }
            case "unknown" -> {
                return 2;
            }
            case "listener" -> out.println("listener " + context
                    .getService(context.getServiceReferences(LongSupplier.class, "(kakuri.listener=true)")
                            .iterator()
                            .next())
                    .getAsLong());
            default -> {
                out.println(ProcessHandle.current().pid() + "|" + String.join("|", words) + "|");
                if (call.get("err") instanceof PrintStream err) {
                    err.println("in " + call.get("directory"));
                }
            }
            }
            return 7;
        }
    }
}

package org.kakuri.domain.internal.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestPlacement;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.HostAccess;
import org.kakuri.api.runtime.MemoryArea;
import org.kakuri.api.runtime.Quiescence;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.SecurityState;
import org.kakuri.api.tee.TracedEvent;
import org.kakuri.domain.internal.child.FakeChild;
import org.kakuri.domain.internal.wire.Message;
import org.kakuri.domain.internal.wire.Operation;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.platform.linux.Signals;

/** Real child processes, well behaved and not; after each test nothing may be left of them. */
@Timeout(90)
class HostProcessTest {
    private static final HostSettings SETTINGS = new HostSettings(System.getProperty("java.class.path"), 64,
            Duration.ofMillis(50), Duration.ofSeconds(60), Duration.ofSeconds(30), Duration.ofSeconds(10), Map.of());
    private static final HostSettings IMPATIENT = new HostSettings(SETTINGS.launcherClassPath(), 64,
            SETTINGS.heartbeat(), Duration.ofSeconds(2), SETTINGS.start(), SETTINGS.close(), Map.of());
    private static final Deadline LATER = Deadline.inSeconds(3600);

    @TempDir
    Path temp;

    private final List<HostProcess> hosts = new ArrayList<>();
    private Set<String> descriptorsBefore;

    @BeforeEach
    void warmUp() {
        Pipe.open().close();
        descriptorsBefore = descriptors();
    }

    private static Set<String> descriptors() {
        return ProcFs.descriptors((int) ProcessHandle.current().pid())
                .entrySet()
                .stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .filter(d -> d.contains("socket:") || d.contains("pipe:") || d.contains("pidfd")
                        || d.contains("eventfd"))
                .collect(Collectors.toSet());
    }

    @AfterEach
    void leavesNothingBehind() {
        hosts.forEach(HostProcess::close);
        for (HostProcess host : hosts) {
            assertTrue(host.hasEnded());
            assertFalse(ProcFs.isRunning(host.pid()));
            assertEquals(List.of(), StragglerSweep.members(host.mark()));
        }
        await(() -> Thread.getAllStackTraces().keySet().stream().noneMatch(t -> t.getName().startsWith("kakuri-")));
        assertEquals(descriptorsBefore, descriptors());
        assertFalse(Files.exists(temp.resolve("own")));
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private HostProcess start(String mode) {
        return start(mode, SETTINGS);
    }

    private HostProcess start(String mode, HostSettings settings) {
        try {
            Path own = Files.createDirectory(temp.resolve("own"));
            Files.writeString(own.resolve("left-over"), "x");
            List<String> arguments = new ArrayList<>(settings.arguments(own, own.resolve("list")));
            List<String> jvm = arguments.subList(0, arguments.indexOf("org.kakuri.launcher.Main"));
            List<String> all = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1"));
            all.addAll(jvm);
            all.addAll(List.of(FakeChild.class.getName(), mode));
            HostProcess host = HostProcess.start(
                    new HostProcess.Start("domain host of session t", java(), all, own), settings);
            hosts.add(host);
            return host;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    private RemoteSession session() {
        return session(SETTINGS);
    }

    private RemoteSession session(HostSettings settings) {
        HostProcess host = start("good", settings);
        assertEquals(new Message.Hello(1, List.of(new Message.Jar("/fake.jar", "00"))), host.hello());
        host.call(open("fake", "/fake", SessionSpec.inline("t", 1 << 20)));
        return new RemoteSession(host);
    }

    private static Operation.Open open(String backend, String image, SessionSpec spec) {
        return new Operation.Open(backend, "fake", "host-a", new RuntimeImage(RuntimeImage.Kind.WASM, Path.of(image)),
                spec);
    }

    private static Command command(String... argv) {
        return new Command(List.of(argv), Map.of(), List.of(), Map.of());
    }

    private static String who(RemoteSession session) {
        return "domain host of session t, pid " + session.host().pid() + ",";
    }

    private static Gone goneWhenWaiting(GuestProcess guest) {
        return assertThrows(Gone.class, () -> guest.waitFor(LATER));
    }

    @Test
    void answersLikeTheSessionItStandsFor() {
        RemoteSession session = session();

        GuestProcess ended = session.spawn(command("exit", "3"));
        GuestProcess running = session.spawn(command("run"));

        assertEquals(new GuestExit(OptionalInt.of(3), "", 1, 2), ended.waitFor(LATER).orElseThrow());
        assertTrue(running.waitFor(Deadline.inSeconds(0)).isEmpty());
        assertEquals(new GuestPlacement(session.host().pid(), 2, 0, 1), session.placement(running));
        assertEquals(new Measurement("FAKE", "SHA-256", new byte[] {1, 2}), session.measurement());
        assertArrayEquals(new byte[] {7}, session.attest(new byte[] {7}).bytes());
        assertEquals(new Quiescence.AtRest(60), session.quiesce(Deadline.inSeconds(60)));
        assertEquals(2, session.ledger().count("SPAWN").count());
        assertEquals(2, running.ledger().count("GUEST").count());
        running.kill("enough");
        assertEquals(new GuestExit(OptionalInt.empty(), "enough", 1, 2), running.waitFor(LATER).orElseThrow());
    }

    @Test
    void lendsDescriptorsToTheGuest() {
        RemoteSession session = session();
        try (Pipe pipe = Pipe.open(); Arena arena = Arena.ofConfined()) {
            GuestProcess guest = session.spawn(new Command(List.of("write", "hello"), Map.of(),
                    List.of(GuestDescriptor.passed(1, pipe.writer().number())), Map.of()));
            guest.waitFor(LATER);
            pipe.writer().close();
            MemorySegment buffer = arena.allocate(16);

            assertEquals(6, FdIo.readFully(pipe.reader(), buffer));
            assertEquals("hello", buffer.getString(0));
        }
    }

    @Test
    void passesErrorsOnAndGoesOn() {
        HostProcess host = start("good");
        host.hello();
        assertEquals("no backend sgx", assertThrows(Unsupported.class,
                () -> host.call(open("sgx", "/fake", SessionSpec.inline("t", 1)))).getMessage());
        host.close();
        hosts.clear();
        RemoteSession session = session();

        Refused refused = assertThrows(Refused.class, () -> session.spawn(command("refuse", "this")));
        assertEquals("refused this", refused.getMessage());
        assertEquals("ask for less", refused.remedy());
        assertEquals("domain host of session t failed: java.lang.IllegalStateException: nothing rests",
                assertThrows(KakuriException.class, session::resume).getMessage());
        assertEquals("a descriptor in the call to spawn is not open here",
                assertThrows(UsageError.class,
                        () -> session.spawn(new Command(List.of("run"), Map.of(),
                                List.of(GuestDescriptor.passed(1, 54_321)), Map.of())))
                        .getMessage());
        assertEquals(0, session.spawn(command("exit", "0")).waitFor(LATER).orElseThrow().status().getAsInt());
    }

    @Test
    void runsSeveralCallsAtATime() {
        RemoteSession session = session();
        GuestProcess waitedFor = session.spawn(command("run"));
        List<String> ends = java.util.Collections.synchronizedList(new ArrayList<>());
        Thread waiter = Thread.ofPlatform().start(() -> ends.add(waitedFor.waitFor(LATER).orElseThrow().reason()));

        for (int i = 0; i < 50; i++) {
            session.spawn(command("exit", "0")).waitFor(LATER).orElseThrow();
        }
        waitedFor.kill("done");
        await(() -> !waiter.isAlive());

        assertEquals(List.of("done"), ends);
    }

    @Test
    void closesTwiceAndEndsSessionAndLeaseFirst() {
        RemoteSession session = session();
        GuestProcess guest = session.spawn(command("run"));

        session.close();
        session.close();

        assertEquals(List.of("serving", "session closed", "lease closed"),
                session.host().output().text().lines().toList());
        assertEquals("closed", guest.waitFor(LATER).orElseThrow().reason());
        Gone gone = assertThrows(Gone.class, () -> session.spawn(command("run")));
        assertEquals(who(session) + " was closed", gone.getMessage());
        assertFalse(gone.mayHaveExecuted());
    }

    @Test
    void tellsThatTheChildWasKilled() {
        RemoteSession session = session();
        session.spawn(command("say", "last words"));
        GuestProcess guest = session.spawn(command("run"));

        Signals.kill(session.host().pid(), Signals.SIGKILL);

        assertEquals(who(session) + " was killed by SIGKILL: by somebody, or by the kernel because the machine ran out"
                + " of memory; its last words: serving | last words", goneWhenWaiting(guest).getMessage());
        assertFalse(assertThrows(Gone.class, session::ledger).mayHaveExecuted());
    }

    @Test
    void tellsTheExitCodeAndThatTheCallMayHaveExecuted() {
        RemoteSession session = session();

        Gone gone = assertThrows(Gone.class, () -> session.spawn(command("die", "7")));

        assertEquals(who(session) + " exited with 7; its last words: serving", gone.getMessage());
        assertTrue(gone.mayHaveExecuted());
        assertFalse(assertThrows(Gone.class, () -> session.spawn(command("run"))).mayHaveExecuted());
    }

    @Test
    void tellsThatTheChildHangs() {
        RemoteSession session = session(IMPATIENT);
        GuestProcess guest = session.spawn(command("run"));

        Signals.kill(session.host().pid(), Signals.SIGSTOP);

        assertEquals(who(session) + " hung: it left 40 questions unanswered, one every 50 ms; it was killed;"
                + " its last words: serving", goneWhenWaiting(guest).getMessage());
    }

    @Test
    void tellsThatTheChildRanOutOfMemory() {
        RemoteSession session = session();

        // It may die before it has answered.
        Gone gone = assertThrows(Gone.class, () -> session.spawn(command("fill")).waitFor(LATER));

        assertEquals(who(session) + " ran out of memory: heap limit 64 MiB; its last words: serving | "
                + "Terminating due to java.lang.OutOfMemoryError: Java heap space", gone.getMessage());
    }

    @Test
    void keepsTheEndOfEndlessOutput() {
        RemoteSession session = session();
        session.spawn(command("shout"));
        await(() -> session.host().output().written() > 2L * OutputTail.BYTES);

        assertEquals(1, session.ledger().count("SPAWN").count());
        session.close();

        assertEquals(OutputTail.BYTES, session.host().output().text().length());
    }

    @Test
    void killsWhatTheChildLeftBehind() {
        RemoteSession session = session();
        int orphan = Integer.parseInt(
                session.spawn(command("orphan")).waitFor(LATER).orElseThrow().reason());
        assertNotEquals(List.of(), StragglerSweep.members(session.host().mark()));

        Signals.kill(session.host().pid(), Signals.SIGKILL);
        session.close();

        await(() -> !ProcFs.isRunning(orphan));
    }

    @Test
    void endsACallThatNeverReturns() {
        RemoteSession session = session();
        List<Gone> thrown = java.util.Collections.synchronizedList(new ArrayList<>());
        Thread blocked = Thread.ofPlatform()
                .start(() -> thrown.add(assertThrows(Gone.class, () -> session.spawn(command("block")))));
        await(() -> session.host().calls().waiting() == 1);

        Signals.kill(session.host().pid(), Signals.SIGTERM);
        await(() -> !blocked.isAlive());

        assertTrue(thrown.getFirst().mayHaveExecuted());
        assertEquals(who(session) + " exited with 143; its last words: serving", thrown.getFirst().getMessage());
    }

    @Test
    void endsAChildWhoseSessionDoesNotClose() {
        HostProcess host = start("good", new HostSettings(SETTINGS.launcherClassPath(), 64,
                SETTINGS.heartbeat(), SETTINGS.hung(), SETTINGS.start(), Duration.ofMillis(200), Map.of()));
        host.hello();
        host.call(open("fake", "/fake", new SessionSpec("t", org.kakuri.api.runtime.Placement.INLINE, 1,
                org.kakuri.api.tee.Pricing.NONE, new SessionSpec.Local(), Map.of("slow-close", "yes"))));

        host.close();

        assertTrue(host.hasEnded());
    }

    @Test
    void tellsWhyTheChildDidNotComeUp() {
        HostProcess host = start("quits");

        assertEquals("domain host of session t, pid " + "%d, exited with 9; its last words: cannot come up"
                .formatted(pid(host)), assertThrows(Gone.class, host::hello).getMessage());
    }

    private static int pid(HostProcess host) {
        await(() -> host.pid() != 0);
        return host.pid();
    }

    @Test
    void tellsThatTheChildIsTooSlowToComeUp() {
        HostProcess host = start("silent", new HostSettings(SETTINGS.launcherClassPath(), 64, Duration.ofMillis(50),
                Duration.ofSeconds(2), Duration.ofMillis(200), Duration.ofSeconds(1), Map.of()));

        assertEquals("domain host of session t, pid %d, did not come up within 200 ms; it was killed"
                .formatted(pid(host)), assertThrows(Gone.class, host::hello).getMessage());
    }

    @Test
    void tellsThatTheProgramCannotBeExecuted() throws java.io.IOException {
        HostProcess host = HostProcess.start(new HostProcess.Start("domain host of session t",
                Path.of("/nonexistent/java"), List.of(), Files.createDirectory(temp.resolve("own"))), SETTINGS);
        await(host::hasEnded);

        assertEquals("domain host of session t could not be started: posix_spawn failed: errno=ENOENT, "
                + "path=/nonexistent/java; check that the path exists",
                assertThrows(Gone.class, host::hello).getMessage());
    }

    @Test
    void killsAChildThatSpeaksAnotherProtocol() {
        assertViolation("garbage", "not a frame: magic=0x47455420, length=790644820 of at most 4194304, "
                + "descriptors=1414541105, came=0");
    }

    @Test
    void killsAChildOfAnotherVersion() {
        assertViolation("old", "version 99 of the protocol, not 1");
    }

    private void assertViolation(String mode, String what) {
        HostProcess host = start(mode);

        assertEquals("domain host of session t, pid %d, broke the protocol: %s; it was killed".formatted(pid(host),
                what), assertThrows(Gone.class, host::hello).getMessage());
    }

    @Test
    void killsAChildThatAnswersWhatWasNotAsked() {
        HostProcess host = start("lies");
        host.hello();
        await(host::hasEnded);

        assertEquals("domain host of session t, pid %d, broke the protocol: an answer to no question: id=77; "
                .formatted(host.pid()) + "it was killed",
                assertThrows(Gone.class, () -> host.call(new Operation.Count())).getMessage());
    }

    @Test
    void killsAChildThatAnswersNoCalls() {
        HostProcess host = start("deaf", IMPATIENT);
        host.hello();

        Gone gone = assertThrows(Gone.class, () -> host.call(new Operation.Count()));

        assertEquals("domain host of session t, pid %d, hung: it left 40 questions unanswered, one every 50 ms; "
                .formatted(host.pid()) + "it was killed", gone.getMessage());
        assertFalse(gone.mayHaveExecuted());
    }

    @Test
    void killsAChildThatHangsUp() {
        HostProcess host = start("hangs-up");
        host.hello();

        Gone gone = assertThrows(Gone.class, () -> host.call(new Operation.GoOn()));

        assertEquals("domain host of session t, pid %d, closed its control socket; it was killed"
                .formatted(host.pid()), gone.getMessage());
    }

    @Test
    void showsTheMemoryOfTheSessionItStandsFor() {
        RemoteSession session = session();

        assertEquals(List.of(new MemoryArea(7, "image", new Range(0, 4096), new Range(0x8000_0000L, 4096))),
                session.memory());
    }

    @Test
    void passesAccessesAndTheirOutcomes() {
        RemoteSession session = session();
        Actor device = Actor.device("disk", SecurityState.NORMAL);

        HostAccess.Result loaded = session.touch(HostAccess.read(0x8000_0000L, 16).by(device).without("tzasc"));
        HostAccess.Result stored = session.touch(HostAccess.write(0x8000_0010L, new byte[HostAccess.MOST]));

        assertEquals(new Access.Granted(Access.View.CIPHERTEXT), loaded.outcome());
        assertEquals("disk 16 Optional[tzasc]", new String(loaded.bytes(), StandardCharsets.UTF_8));
        assertEquals(Guard.NONE, loaded.guard());
        assertEquals(new AccessFault("tzasc", "a rule", Actor.HOST, new Range(0x8000_0010L, HostAccess.MOST), true,
                "region=1"), stored.outcome());
        assertEquals(0, stored.bytes().length);
        assertEquals(Guard.EVERY_ACCESS, stored.guard());
    }

    @Test
    void tellsEventsBeforeTheAnswerThatCausedThem() {
        RemoteSession session = session();
        List<Message.Traced> told = new CopyOnWriteArrayList<>();
        session.host().calls().onTraced(told::add);

        session.spawn(command("events", "3"));
        assertEquals(List.of(), told);
        session.host().tell(new Message.Trace(true));
        session.spawn(command("events", "2"));

        String where = "arm/fake@" + session.host().pid();
        assertEquals(List.of(new TracedEvent(0, where, "SMC", 1, 0), new TracedEvent(1, where, "SMC", 1, 1)),
                told.stream().flatMap(traced -> traced.events().stream()).toList());
        session.host().tell(new Message.Trace(false));
        session.spawn(command("events", "3"));
        assertEquals(2, told.stream().mapToInt(traced -> traced.events().size()).sum());
    }

    @Test
    void countsTheEventsThatItDoesNotKeep() {
        RemoteSession session = session();
        var kept = new AtomicLong();
        var dropped = new AtomicLong();
        session.host().calls().onTraced(traced -> {
            kept.addAndGet(traced.events().size());
            dropped.addAndGet(traced.dropped());
        });
        session.host().tell(new Message.Trace(true));

        session.spawn(command("events", "1000000"));

        assertEquals(1_000_000, kept.get() + dropped.get());
        assertTrue(kept.get() > 0);
    }
}

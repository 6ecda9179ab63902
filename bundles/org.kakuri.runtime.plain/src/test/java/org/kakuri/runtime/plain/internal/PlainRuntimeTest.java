package org.kakuri.runtime.plain.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.Observability;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.Descriptor;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestPlacement;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.Quiescence;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Crossing;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.ProcFs;

@Timeout(60)
class PlainRuntimeTest {
    private static final Path SHELL = Path.of("/bin/sh");

    @TempDir
    Path folder;

    private final PlainRuntime runtime = new PlainRuntime();

    /** A backend that must not be asked for anything. */
    private record Untouched(BackendInfo info) implements BackendLease {
        static Untouched named(String name) {
            return new Untouched(new BackendInfo(name, name, Machine.ANY, BackendInfo.Inner.USER,
                    name.equals("none") ? Set.of() : Set.of(Capability.CONFIDENTIALITY), Map.of(),
                    Optional.empty(), Map.of(), Map.of(), List.of()));
        }

        @Override
        public Machine machine() {
            throw new AssertionError("the plain runtime needs no machine");
        }

        @Override
        public TeeInstance create(InstanceSpec spec) {
            throw new AssertionError("the plain runtime takes no instance");
        }

        @Override
        public List<Crossing> cross(IoIntent intent) {
            throw new AssertionError("the plain runtime crosses nothing");
        }

        @Override
        public <T> Optional<T> extension(Class<T> type) {
            return Optional.empty();
        }
    }

    private RuntimeSession open(Path program) {
        return runtime.open(Untouched.named("none"), new RuntimeImage(RuntimeImage.Kind.PROGRAM, program),
                SessionSpec.inline("test", 1 << 20));
    }

    private static Command shell(String script, Map<String, String> env, Map<String, Path> folders,
            GuestDescriptor... descriptors) {
        return new Command(List.of("sh", "-c", script), env, List.of(descriptors), folders);
    }

    private static GuestExit end(GuestProcess guest) {
        return guest.waitFor(Deadline.inSeconds(30)).orElseThrow();
    }

    private static String readAll(Pipe pipe) {
        pipe.writer().close();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(4096);
            long n = FdIo.readFully(pipe.reader(), buffer);
            byte[] bytes = buffer.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    @Test
    void runsAProgramWithArgumentsEnvironmentFolderAndDescriptors() {
        try (RuntimeSession session = open(SHELL); Pipe out = Pipe.open()) {
            GuestProcess guest = session.spawn(shell("echo $COLOUR; pwd; env | wc -l; cat; exit 7",
                    Map.of("COLOUR", "blue"), Map.of(".", folder),
                    GuestDescriptor.passed(1, out.writer().number())));

            GuestExit exit = end(guest);

            String[] lines = readAll(out).split("\n");
            assertEquals("blue", lines[0]);
            assertEquals(folder.toString(), lines[1]);
            assertTrue(Integer.parseInt(lines[2].strip()) <= 3,
                    "only COLOUR and what the shell itself sets: " + lines[2]);
            assertEquals(3, lines.length, "standard input is empty");
            assertEquals(OptionalInt.of(7), exit.status());
            assertEquals("", exit.reason());
            assertEquals(0, exit.peakMemory(), "cannot be told of a process spawned by a JVM");
        }
    }

    @Test
    void tellsTheSignalThatEndedAProgram() {
        try (RuntimeSession session = open(SHELL)) {
            GuestExit exit = end(session.spawn(shell("kill -SEGV $$", Map.of(), Map.of())));

            assertEquals(OptionalInt.empty(), exit.status());
            assertEquals("signal SIGSEGV", exit.reason());
            assertEquals(125, exit.shellStatus());
        }
    }

    @Test
    void killsALoopAndTellsWhy() {
        try (RuntimeSession session = open(SHELL)) {
            GuestProcess guest = session.spawn(shell("while :; do :; done", Map.of(), Map.of()));
            assertEquals(Optional.empty(), guest.waitFor(Deadline.inSeconds(0)));

            guest.kill("enough");

            assertEquals("killed: enough", end(guest).reason());
            guest.kill("again");
            assertEquals("killed: enough", end(guest).reason());
        }
    }

    @Test
    void closesWhileAProgramRuns() {
        List<Integer> before = new ArrayList<>(ProcFs.openDescriptors());
        RuntimeSession session = open(SHELL);
        GuestProcess guest = session.spawn(shell("while :; do :; done", Map.of(), Map.of()));
        GuestPlacement placement = session.placement(guest);
        assertEquals(0, placement.instance());
        assertTrue(ProcFs.isRunning((int) placement.hostPid()));

        session.close();
        session.close();

        assertEquals("killed: session closed", end(guest).reason());
        assertFalse(ProcFs.isRunning((int) placement.hostPid()));
        assertEquals(before, ProcFs.openDescriptors());
        Gone gone = assertThrows(Gone.class, () -> session.spawn(shell(":", Map.of(), Map.of())));
        assertEquals("session test was closed", gone.getMessage());
        assertFalse(gone.mayHaveExecuted());
    }

    @Test
    void saysThatItSeesNoSystemCalls() {
        try (RuntimeSession session = open(SHELL)) {
            assertEquals(Observability.UNOBSERVED, session.ledger().count(PlainRuntime.SYSTEM_CALL).observability());
            assertThrows(Unsupported.class, session::measurement);
            assertThrows(Unsupported.class, () -> session.attest(new byte[8]));
            assertEquals(
                    new Quiescence.NotNow("an ordinary process has state in the kernel that cannot be saved"),
                    session.quiesce(Deadline.inSeconds(1)));
        }
    }

    @Test
    void meansNothingOnABackendThatProtects() {
        assertTrue(runtime.cell(Untouched.named("none").info()).applicable());
        assertFalse(runtime.cell(Untouched.named("trustzone").info()).applicable());

        Unsupported refused = assertThrows(Unsupported.class, () -> runtime.open(Untouched.named("trustzone"),
                new RuntimeImage(RuntimeImage.Kind.PROGRAM, SHELL), SessionSpec.inline("test", 1)));

        assertEquals(
                "runtime plain on backend trustzone: an ordinary process lives outside every instance of trustzone",
                refused.getMessage());
    }

    @Test
    void refusesWhatCannotBeRun() throws Exception {
        Path text = Files.writeString(folder.resolve("text"), "no program");
        assertEquals(text + " is not an executable file",
                assertThrows(Refused.class, () -> open(text)).getMessage());
        assertEquals(folder + " is not an executable file",
                assertThrows(Refused.class, () -> open(folder)).getMessage());
        assertThrows(Refused.class, () -> runtime.open(Untouched.named("none"),
                new RuntimeImage(RuntimeImage.Kind.WASM, SHELL), SessionSpec.inline("test", 1)));
        assertThrows(UsageError.class, () -> runtime.open(Untouched.named("none"),
                new RuntimeImage(RuntimeImage.Kind.PROGRAM, SHELL), new SessionSpec("test", Placement.INLINE, 1,
                        Pricing.NONE, new SessionSpec.Local(), Map.of("mode", "fast"))));
        assertThrows(Unsupported.class, () -> runtime.open(Untouched.named("none"),
                new RuntimeImage(RuntimeImage.Kind.PROGRAM, SHELL),
                SessionSpec.inline("test", 1)
                        .served(new SessionSpec.Mediated(new Descriptor(0), 4096, CallStyle.RPC,
                                new SessionSpec.Waiting(0, 1), Optional.empty()))));
        Path garbage = Files.writeString(folder.resolve("garbage"), "\u0001\u0002");
        assertTrue(garbage.toFile().setExecutable(true));
        try (RuntimeSession session = open(garbage)) {
            Refused refused = assertThrows(Refused.class, () -> session.spawn(shell(":", Map.of(), Map.of())));
            assertTrue(refused.getMessage().startsWith("cannot start " + garbage), refused.getMessage());
        }
    }

    @Test
    void refusesDescriptorsAndFoldersItCannotGive() {
        List<Integer> before = ProcFs.openDescriptors();
        try (RuntimeSession session = open(SHELL)) {
            assertEquals("descriptor 3 is a mediator's, and this session has no mediator", assertThrows(Refused.class,
                    () -> session.spawn(shell(":", Map.of(), Map.of(), GuestDescriptor.mediated(3, 9)))).getMessage());
            assertThrows(Refused.class,
                    () -> session.spawn(shell(":", Map.of(), Map.of(), GuestDescriptor.passed(3, 987654))));
            assertThrows(Refused.class, () -> session.spawn(
                    shell(":", Map.of(), Map.of(), GuestDescriptor.passed(3, 1), GuestDescriptor.passed(3, 2))));
            assertEquals("an ordinary process sees %s as %s, not as /data".formatted(folder, folder),
                    assertThrows(Refused.class,
                            () -> session.spawn(shell(":", Map.of(), Map.of("/data", folder)))).getMessage());
            assertTrue(end(session.spawn(shell(":", Map.of(), Map.of(folder.toString(), folder)))).success());
        }
        assertEquals(before, ProcFs.openDescriptors());
    }
}

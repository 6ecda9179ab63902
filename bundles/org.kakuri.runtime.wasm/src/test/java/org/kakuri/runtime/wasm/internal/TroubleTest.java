package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.Observability;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.Quiescence;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.platform.linux.FdIo;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.platform.linux.UnixSocketPair;

/** Guests that misbehave, and guests that are ended. */
@Timeout(60)
class TroubleTest {
    private final Bench bench = new Bench(TestBackends.none());

    @AfterEach
    void close() {
        bench.close();
        assertEquals(List.of(), Bench.guestThreads());
    }

    private static Command command(List<String> argv, GuestDescriptor... descriptors) {
        return new Command(argv, Map.of(), List.of(descriptors), Map.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"compiled", "interpreted"})
    void endsAtATrap(String mode) {
        try (RuntimeSession session = bench.open("trouble", "mode=" + mode)) {
            for (String what : List.of("trap", "divide", "oob", "recurse")) {
                GuestExit exit = Bench.run(session, "", Map.of(), "trouble", what).exit();

                assertEquals(OptionalInt.empty(), exit.status(), what);
                assertTrue(exit.reason().startsWith("trap: "), exit.reason());
                assertTrue(exit.reason().matches(switch (what) {
                case "trap" -> "trap: (Trapped on |)unreachable( instruction|)";
                case "divide" -> "trap: (unreachable|Trapped on unreachable instruction|integer divide by zero)";
                case "oob" -> "trap: out of bounds memory access: address=2147483632, bytes=4, memory=196608";
                default -> "trap: call stack exhausted";
                }), what + ": " + exit.reason());
            }
            assertEquals(OptionalInt.of(7), Bench.run(session, "", Map.of(), "trouble", "exit", "7").exit().status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"compiled", "interpreted"})
    void killsAnEndlessLoop(String mode) {
        try (RuntimeSession session = bench.open("trouble", "mode=" + mode); Pipe out = Pipe.open()) {
            GuestProcess guest = session.spawn(
                    command(List.of("trouble", "loop"), GuestDescriptor.passed(1, out.writer().number())));
            assertEquals("x", Bench.read(out, 1));
            assertEquals(Optional.empty(), guest.waitFor(Deadline.inSeconds(0)));

            guest.kill("enough");

            assertEquals("killed: enough", Bench.end(guest).reason());
            guest.kill("again");
            assertEquals("killed: enough", Bench.end(guest).reason());
            assertEquals(OptionalInt.of(3), Bench.run(session, "", Map.of(), "trouble", "exit", "3").exit().status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "sleep", "write"})
    void killsAGuestThatBlocks(String what) {
        try (RuntimeSession session = bench.open("trouble"); Pipe in = Pipe.open(); Pipe out = Pipe.open()) {
            boolean writes = what.equals("write");
            GuestProcess guest = session.spawn(command(
                    writes ? List.of("trouble", "echo", "0", "1") : List.of("trouble", what),
                    GuestDescriptor.passed(0, in.reader().number()),
                    GuestDescriptor.passed(1, out.writer().number())));
            if (writes) {
                Bench.write(in, "y".repeat(60_000));
                Bench.write(in, "y".repeat(60_000));
                assertEquals("y".repeat(60_000), Bench.read(out, 60_000));
                Bench.write(in, "y".repeat(60_000));
            }

            guest.kill("enough");

            assertEquals("killed: enough", Bench.end(guest).reason());
        }
    }

    @Test
    void growsToItsCeilingAndNoFurther() {
        try (RuntimeSession session = bench.open(Bench.guest("trouble"), (5L << 20) + 1)) {
            Bench.Result result = Bench.run(session, "", Map.of(), "trouble", "grow");

            assertEquals("77 80\n", result.out());
            assertEquals(OptionalInt.of(7), result.exit().status());
            assertEquals(5L << 20, result.exit().peakMemory());
            Bench.Result again = Bench.run(session, "", Map.of(), "trouble", "grow");
            assertEquals("77 80\n", again.out(), "the next guest gets the memory of the first, zeroed");
        }
    }

    @Test
    void countsWhatAnAloneGuestCaused() {
        try (RuntimeSession session = bench.open("trouble")) {
            GuestProcess guest = session.spawn(command(List.of("trouble", "exit", "0")));
            Bench.end(guest);
            long calls = guest.ledger().count("HOST_CALL").count();

            assertTrue(calls > 0, guest.ledger().toString());
            assertEquals(Observability.EXACT, guest.ledger().count("HOST_CALL").observability());
            assertEquals(calls, session.ledger().count("HOST_CALL").count());
            GuestProcess second = session.spawn(command(List.of("trouble", "exit", "0")));
            Bench.end(second);
            assertEquals(calls - 1, second.ledger().count("HOST_CALL").count(), "its memory was there already");
            assertEquals(calls, guest.ledger().count("HOST_CALL").count());
        }
    }

    @Test
    void runsTwoGuestsAtTheSameTime() {
        List<Integer> before = ProcFs.openDescriptors();
        try (RuntimeSession session = bench.open("trouble");
                Pipe there = Pipe.open();
                Pipe back = Pipe.open();
                Pipe between = Pipe.open()) {
            GuestProcess first = session.spawn(command(List.of("trouble", "echo", "5", "6"),
                    GuestDescriptor.passed(5, there.reader().number()),
                    GuestDescriptor.passed(6, between.writer().number())));
            GuestProcess second = session.spawn(command(List.of("trouble", "echo", "0", "900", "fused"),
                    GuestDescriptor.passed(0, between.reader().number()),
                    GuestDescriptor.passed(900, back.writer().number())));
            there.reader().close();
            between.reader().close();
            between.writer().close();
            back.writer().close();
            String text = "0123456789".repeat(1000);

            for (int i = 0; i < 20; i++) {
                Bench.write(there, text);
                assertEquals(text, Bench.read(back, text.length()));
            }
            assertFalse(session.placement(first).addressSpace() == session.placement(second).addressSpace());
            assertEquals(session.placement(first).instance(), session.placement(second).instance());
            assertEquals(new Quiescence.NotNow("2 guests run, and this module was not built to be suspended"),
                    session.quiesce(Deadline.inSeconds(0)));
            there.writer().close();

            assertTrue(Bench.end(first).success(), Bench.end(first).toString());
            assertTrue(Bench.end(second).success(), Bench.end(second).toString());
            assertEquals(Observability.UNOBSERVED, first.ledger().count("HOST_CALL").observability());
            assertEquals(Observability.EXACT, session.ledger().count("HOST_CALL").observability());
            assertEquals(new Quiescence.AtRest(0), session.quiesce(Deadline.inSeconds(0)));
        }
        assertEquals(before, ProcFs.openDescriptors());
    }

    @Test
    void closesWhileAGuestRuns() {
        List<Integer> before = ProcFs.openDescriptors();
        try (Pipe out = Pipe.open()) {
            RuntimeSession session = bench.open("trouble");
            GuestDescriptor says = GuestDescriptor.passed(1, out.writer().number());
            GuestProcess loops = session.spawn(command(List.of("trouble", "loop"), says));
            GuestProcess sleeps = session.spawn(command(List.of("trouble", "sleep"), says));
            assertEquals("xx", Bench.read(out, 2));

            session.close();
            session.close();

            assertEquals("killed: session closed", Bench.end(loops).reason());
            assertEquals("killed: session closed", Bench.end(sleeps).reason());
            assertEquals(List.of(), Bench.guestThreads());
            assertTrue(session.ledger().count("HOST_CALL").count() > 0);
            Gone gone = assertThrows(Gone.class, () -> session.spawn(command(List.of("trouble"))));
            assertEquals("session test was closed", gone.getMessage());
        }
        assertEquals(before, ProcFs.openDescriptors());
    }

    @Test
    void refusesDescriptorsItCannotGive() {
        List<Integer> before = ProcFs.openDescriptors();
        try (RuntimeSession session = bench.open("trouble")) {
            List<Integer> open = ProcFs.openDescriptors();
            assertEquals("descriptor 3 is a mediator's, and this session has no mediator", assertThrows(Refused.class,
                    () -> session.spawn(command(List.of("t"), GuestDescriptor.mediated(3, 9)))).getMessage());
            assertEquals("descriptor 98765 for the guest's 3 is not open here", assertThrows(Refused.class,
                    () -> session.spawn(command(List.of("t"), GuestDescriptor.passed(3, 98765)))).getMessage());
            assertEquals("guest descriptor 3 is given twice", assertThrows(Refused.class, () -> session.spawn(
                    command(List.of("t"), GuestDescriptor.passed(3, 0), GuestDescriptor.passed(3, 0)))).getMessage());
            assertEquals("not a guest descriptor: 1024", assertThrows(Refused.class,
                    () -> session.spawn(command(List.of("t"), GuestDescriptor.passed(1024, 0)))).getMessage());
            assertEquals(open, ProcFs.openDescriptors());
        }
        assertEquals(before, ProcFs.openDescriptors());
    }

    @Test
    void speaksOverASocketItWasGiven() {
        try (RuntimeSession session = bench.open("trouble");
                Pipe err = Pipe.open();
                UnixSocketPair sockets = UnixSocketPair.stream();
                Arena arena = Arena.ofConfined()) {
            FdIo.writeFully(sockets.left(), arena.allocateFrom("hello", StandardCharsets.UTF_8).asSlice(0, 5));
            GuestProcess guest = session.spawn(command(List.of("trouble", "socket"),
                    GuestDescriptor.passed(0, sockets.right().number()),
                    GuestDescriptor.passed(2, err.writer().number())));
            err.writer().close();

            assertEquals(OptionalInt.of(0), Bench.end(guest).status());

            assertEquals("5 5 0 -1 Broken pipe -1 Not a socket\n", Bench.read(err));
            MemorySegment echoed = arena.allocate(16);
            assertEquals(5, FdIo.readFully(sockets.left(), echoed));
            assertEquals("hello", echoed.getString(0));
        }
    }

    @Test
    void letsAGuestWithoutDescriptorsReadNothingAndWriteNowhere() {
        try (RuntimeSession session = bench.open("hello")) {
            assertEquals(OptionalInt.of(0), Bench.end(session.spawn(command(List.of("hello")))).status());
        }
    }
}

package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kakuri.api.Deadline;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.Pipe;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.platform.linux.Spawn;

/** Guests whose calls somebody else executes, and who may be hostile or die. */
@Timeout(60)
class MediatedTest {
    @TempDir
    Path folder;

    private final Bench bench = new Bench(TestBackends.none());

    @AfterEach
    void close() {
        bench.close();
        assertEquals(List.of(), Bench.guestThreads());
    }

    private RuntimeSession open(TestMediator mediator, CallStyle style, String... options) {
        return bench.open(Bench.guest("trouble"), Bench.MEMORY, mediator.calls(style), options);
    }

    private static Command echo(int in, int out, String... more) {
        var argv = new java.util.ArrayList<>(List.of("trouble", "echo", "0", "1"));
        argv.addAll(List.of(more));
        return new Command(argv, Map.of(), List.of(GuestDescriptor.mediated(0, in), GuestDescriptor.mediated(1, out)),
                Map.of());
    }

    @ParameterizedTest
    @EnumSource(CallStyle.class)
    void answersThroughItsMediator(CallStyle style) {
        List<Integer> before = ProcFs.openDescriptors();
        try (Pipe there = Pipe.open();
                Pipe back = Pipe.open();
                TestMediator mediator = new TestMediator().serve(there.reader().number(), back.writer().number());
                RuntimeSession session = open(mediator, style)) {
            GuestProcess guest = session.spawn(echo(there.reader().number(), back.writer().number()));
            for (int i = 0; i < 100; i++) {
                Bench.write(there, "message " + i % 10);
                assertEquals("message " + i % 10, Bench.read(back, 9));
            }
            there.writer().close();
            assertEquals(OptionalInt.of(0), Bench.end(guest).status());
            assertEquals(0, session.report().refusedReplies());
        }
        assertEquals(before, ProcFs.openDescriptors());
    }

    @Test
    void leavesForEachCallByRpc() {
        try (Pipe there = Pipe.open();
                Pipe back = Pipe.open();
                TestMediator mediator = new TestMediator().serve(there.reader().number(), back.writer().number());
                RuntimeSession session = open(mediator, CallStyle.RPC)) {
            GuestProcess guest = session.spawn(echo(there.reader().number(), back.writer().number(), "fused"));
            Bench.write(there, "a");
            Bench.read(back, 1);
            long start = 0;
            for (int i = 0; i < 50; i++) {
                Bench.write(there, "a");
                Bench.read(back, 1);
                start = i == 0 ? guest.ledger().count("HOST_CALL").count() : start;
            }
            long after = guest.ledger().count("HOST_CALL").count();
            there.writer().close();
            assertEquals(OptionalInt.of(0), Bench.end(guest).status());

            assertTrue(after - start >= 48 && after - start <= 50, "one crossing a round: " + (after - start));
        }
    }

    @Test
    void servesOneGuestAtATimeAndTheNextAfterIt() {
        try (Pipe there = Pipe.open();
                Pipe back = Pipe.open();
                TestMediator mediator = new TestMediator().serve(there.reader().number(), back.writer().number());
                RuntimeSession session = open(mediator, CallStyle.RPC)) {
            Bench.write(there, "one");
            GuestProcess first = session.spawn(echo(there.reader().number(), back.writer().number()));
            assertEquals("one", Bench.read(back, 3));

            assertEquals("session test serves one guest at a time: its mediator has one call page",
                    assertThrows(Refused.class, () -> session.spawn(echo(0, 1))).getMessage());

            there.writer().close();
            assertEquals(OptionalInt.of(0), Bench.end(first).status());
            assertEquals(OptionalInt.of(9), Bench.end(session.spawn(
                    new Command(List.of("trouble", "exit", "9"), Map.of(), List.of(), Map.of()))).status());
        }
    }

    @Test
    void mixesMediatedAndPassedDescriptors() throws IOException {
        Files.writeString(folder.resolve("b"), "x");
        try (Pipe there = Pipe.open();
                Pipe back = Pipe.open();
                Pipe err = Pipe.open();
                TestMediator mediator = new TestMediator().serve(there.reader().number(), back.writer().number());
                RuntimeSession session = open(mediator, CallStyle.POLLING)) {
            GuestProcess guest = session.spawn(new Command(List.of("trouble", "echo", "7", "8"), Map.of(),
                    List.of(GuestDescriptor.mediated(7, there.reader().number()),
                            GuestDescriptor.mediated(8, back.writer().number()),
                            GuestDescriptor.passed(2, err.writer().number())),
                    Map.of("/d", folder)));
            err.writer().close();
            Bench.write(there, "hello");
            assertEquals("hello", Bench.read(back, 5));
            there.writer().close();

            assertEquals(OptionalInt.of(0), Bench.end(guest).status());
            assertEquals("5\n", Bench.read(err));
        }
    }

    @ParameterizedTest
    @EnumSource(CallStyle.class)
    void endsWhenItsMediatorLeaves(CallStyle style) {
        try (Pipe there = Pipe.open();
                Pipe back = Pipe.open();
                TestMediator mediator = new TestMediator().serve(there.reader().number(), back.writer().number());
                RuntimeSession session = open(mediator, style)) {
            GuestProcess guest = session.spawn(echo(there.reader().number(), back.writer().number()));
            Bench.write(there, "a");
            Bench.read(back, 1);

            mediator.leave();
            there.writer().close();

            assertEquals("the mediator closed the call page", Bench.end(guest).reason());
        }
    }

    @ParameterizedTest
    @EnumSource(CallStyle.class)
    void endsWhenItsMediatorDies(CallStyle style) {
        try (TestMediator silent = new TestMediator();
                var process = Spawn.program("/bin/sleep").arguments("1000").start();
                RuntimeSession session = open(silent, style, "mediator.pid=" + process.pid())) {
            GuestProcess guest = session.spawn(echo(0, 1));
            assertEquals(Optional.empty(), guest.waitFor(Deadline.inSeconds(0)));

            process.signal(9);

            assertEquals("the mediator is gone", Bench.end(guest).reason());
        }
    }

    @ParameterizedTest
    @EnumSource(CallStyle.class)
    void isKilledWhileItsMediatorIsSilent(CallStyle style) {
        try (TestMediator silent = new TestMediator(); RuntimeSession session = open(silent, style)) {
            GuestProcess guest = session.spawn(echo(0, 1));

            guest.kill("enough");

            assertEquals("killed: enough", Bench.end(guest).reason());
        }
    }

    @Test
    void refusesRepliesThatCannotBe() {
        for (long lie : new long[] {65537, Long.MAX_VALUE, -4096, Long.MIN_VALUE}) {
            try (TestMediator liar = new TestMediator().serve((operation, arguments, length, data) -> operation == 0
                    ? lie : 0); RuntimeSession session = open(liar, CallStyle.RPC)) {
                GuestExit exit = Bench.end(session.spawn(echo(0, 1)));

                assertEquals(OptionalInt.empty(), exit.status());
                assertEquals("the mediator broke the call protocol: result=" + lie, exit.reason());
                assertEquals(1, session.report().refusedReplies());
            }
        }
    }

    @Test
    void refusesAPageThatIsNone() {
        try (MemFd file = MemFd.create("empty", 65536)) {
            Refused refused = assertThrows(Refused.class,
                    () -> bench.open(Bench.guest("trouble"), Bench.MEMORY,
                            new org.kakuri.api.runtime.SessionSpec.Mediated(
                                    new org.kakuri.api.runtime.Descriptor(file.fd().number()), 65536, CallStyle.RPC,
                                    new org.kakuri.api.runtime.SessionSpec.Waiting(0, 1), Optional.empty())));

            assertTrue(refused.getMessage().startsWith("the mediator's call page is not one: "), refused.getMessage());
        }
    }

    @Test
    void refusesADescriptorTheMediatorDoesNotHold() {
        try (TestMediator mediator = new TestMediator().serve();
                RuntimeSession session = open(mediator,
                        CallStyle.RPC)) {
            assertEquals("descriptor 40 for the guest's 0 cannot be used: EBADF",
                    Bench.end(session.spawn(echo(40, 41))).reason());
        }
    }
}

package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.platform.linux.Pipe;

/** On a backend with a secure world of its own, whose instances get all their memory before they are sealed. */
@Timeout(60)
class FixedMemoryTest {
    private final Bench bench = new Bench(TestBackends.trustZone());

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void runsOneGuestAfterAnotherInTheSameMemory() {
        try (RuntimeSession session = bench.open("trouble")) {
            for (int i = 0; i < 3; i++) {
                Bench.Result result = Bench.run(session, "", Map.of(), "trouble", "grow");
                assertEquals("125 128\n", result.out(), "all of its 8 MiB");
                assertEquals(OptionalInt.of(7), result.exit().status());
            }
            assertTrue(session.ledger().count("SMC").count() > 0, session.ledger().toString());
        }
    }

    @Test
    void sharesItsMemoryAmongAsManyGuestsAsItWasOpenedFor() {
        try (RuntimeSession session = bench.open("trouble", "guests=2"); Pipe in = Pipe.open()) {
            Command waits = new Command(List.of("trouble", "read"), Map.of(),
                    List.of(GuestDescriptor.passed(0, in.reader().number())), Map.of());
            GuestProcess first = session.spawn(waits);
            assertEquals("61 64\n", Bench.run(session, "", Map.of(), "trouble", "grow").out());
            GuestProcess second = session.spawn(waits);

            assertEquals("all 2 linear memories of this session are taken, and the backend adds none after sealing",
                    assertThrows(Refused.class, () -> session.spawn(waits)).getMessage());

            in.writer().close();
            assertEquals(OptionalInt.of(0), Bench.end(first).status());
            assertEquals(OptionalInt.of(0), Bench.end(second).status());
        }
    }

    @Test
    void attestsFromInside() {
        try (RuntimeSession session = bench.open("hello")) {
            assertTrue(session.attest(new byte[32]).bytes().length > 100);
            assertThrows(KakuriException.class, () -> session.attest(new byte[65]));
        }
        try (Bench none = new Bench(TestBackends.none()); RuntimeSession session = none.open("hello")) {
            assertThrows(Unsupported.class, () -> session.attest(new byte[32]));
        }
    }

    @Test
    void keepsLinearMemoryFromTheHost() {
        try (RuntimeSession session = bench.open("trouble"); Pipe out = Pipe.open(); Arena arena = Arena.ofConfined()) {
            GuestProcess guest = session.spawn(new Command(List.of("trouble", "loop"), Map.of(),
                    List.of(GuestDescriptor.passed(1, out.writer().number())), Map.of()));
            assertEquals("x", Bench.read(out, 1));
            var machine = bench.backend().machine();
            MemorySegment page = arena.allocate(4096);
            TeeInstance instance = bench.backend().made().getLast();
            assertEquals(instance.id(), session.placement(guest).instance());
            long secure = instance.physical(session.placement(guest).addressSpace() << 32).orElseThrow().start();

            Access byHost = machine.memory().read(Actor.HOST, secure, page);

            assertTrue(byHost instanceof AccessFault fault && fault.checker().equals("tzasc"), byHost.toString());
            machine.memory().enable("tzasc", false);
            assertEquals(Access.Granted.PLAIN, machine.memory().read(Actor.HOST, secure, page));
        }
    }

    @ParameterizedTest
    @EnumSource(CallStyle.class)
    void leavesForCallsByRpcAndNotWhilePolling(CallStyle style) {
        int always = Integer.MAX_VALUE;
        int rounds = 20;
        try (Pipe there = Pipe.open();
                Pipe back = Pipe.open();
                TestMediator mediator = new TestMediator().serve(there.reader().number(), back.writer().number());
                RuntimeSession session = bench.open(Bench.guest("trouble"), Bench.MEMORY,
                        mediator.calls(style, always))) {
            GuestProcess guest = session.spawn(new Command(List.of("trouble", "echo", "0", "1", "fused"), Map.of(),
                    List.of(GuestDescriptor.mediated(0, there.reader().number()),
                            GuestDescriptor.mediated(1, back.writer().number())),
                    Map.of()));
            Bench.write(there, "a");
            Bench.read(back, 1);
            Bench.write(there, "a");
            Bench.read(back, 1);
            long before = guest.ledger().count("RPC_RETURN").count();
            for (int i = 0; i < rounds; i++) {
                Bench.write(there, "a");
                Bench.read(back, 1);
            }
            long crossings = guest.ledger().count("RPC_RETURN").count() - before;
            there.writer().close();
            assertEquals(OptionalInt.of(0), Bench.end(guest).status());

            if (style == CallStyle.POLLING) {
                assertEquals(0, crossings);
            } else {
                assertTrue(Math.abs(crossings - rounds) <= 1, "one crossing a round: " + crossings);
            }
        }
    }
}

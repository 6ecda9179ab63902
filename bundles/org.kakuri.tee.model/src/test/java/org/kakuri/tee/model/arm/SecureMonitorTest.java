package org.kakuri.tee.model.arm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Monitor;
import org.kakuri.api.tee.MonitorCall;
import org.kakuri.api.tee.MonitorCommand;
import org.kakuri.api.tee.MonitorFunction;
import org.kakuri.api.tee.MonitorResult;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.SecurityState;
import org.kakuri.tee.model.EventRecorder;
import org.kakuri.tee.model.MachineModel;

/** The numbers here are those of Arm DEN0028 and DEN0022, typed from there. */
@Timeout(30)
class SecureMonitorTest {
    private static final int ID = 0xc200_0001;
    private static final Map<String, Long> ONE_SMC = Map.of("SMC", 1L);
    private static final Actor SECURE = Actor.inside(SecurityState.SECURE, 7);

    private final MachineModel machine = new MachineModel("host-a", Machine.ARM);
    private final MonitorTable table = new MonitorTable();
    private final Monitor monitor = SecureMonitor.of(machine, table);

    @AfterEach
    void close() {
        machine.close();
    }

    private record Command(int functionId, String name, List<Precondition> preconditions, Map<String, String> events,
            Function<MonitorCall, long[]> body) implements MonitorCommand {
        Command(int functionId, Function<MonitorCall, long[]> body) {
            this(functionId, "TEST_CALL", List.of(), Map.of("LOOKUP", "something was looked up"), body);
        }

        @Override
        public long[] effect(MonitorCall call) {
            return body.apply(call);
        }
    }

    private MonitorResult call(Function<MonitorCall, long[]> body, long... arguments) {
        assertEquals(Optional.empty(), table.add(new Command(ID, body), "test"));
        return monitor.call(Actor.HOST, ID, arguments);
    }

    private static MonitorResult result(String command, long... registers) {
        return new MonitorResult(java.util.Arrays.stream(registers).boxed().toList(), command, "", ONE_SMC);
    }

    @ParameterizedTest(name = "{0} of {2}")
    @CsvSource({"SMCCC_VERSION, 80000000, 0, 65538", "SMCCC_ARCH_FEATURES, 80000001, 80000000, 0",
        "SMCCC_ARCH_FEATURES, 80000001, 80000001, 0", "SMCCC_ARCH_FEATURES, 80000001, 80000002, -1",
        "SMCCC_ARCH_FEATURES, 80000001, 80008000, -1", "SMCCC_ARCH_FEATURES, 80000001, 84000000, -1",
        "SMCCC_ARCH_FEATURES, 80000001, 80001234, -1", "SMCCC_ARCH_SOC_ID, 80000002, 0, -1",
        "PSCI_VERSION, 84000000, 0, 65537", "PSCI_FEATURES, 8400000a, 84000000, 0",
        "PSCI_FEATURES, 8400000a, 80000000, 0", "PSCI_FEATURES, 8400000a, 84000003, -1",
        "PSCI_FEATURES, 8400000a, 80000001, -1", "CPU_ON, 84000003, 0, -1", "SYSTEM_RESET2, 84000012, 0, -1"})
    void answersByItself(String name, String functionId, String argument, long status) {
        assertEquals(result(name, status), monitor.call(Actor.HOST, Integer.parseUnsignedInt(functionId, 16),
                Long.parseLong(argument, 16)));
    }

    @ParameterizedTest
    @CsvSource({"c2000001", "0", "ffffffff", "80000003", "84000015"})
    void doesNotSupportWhatIsNotThere(String functionId) {
        assertEquals(result("", -1), monitor.call(Actor.HOST, Integer.parseUnsignedInt(functionId, 16)));
        assertEquals(1, machine.ledger().snapshot().count("SMC").count());
    }

    @Test
    void hasNoGapsAndNoDuplicates() {
        List<Integer> ids = monitor.commands().stream().map(MonitorFunction::functionId).toList();

        assertEquals(ids.stream().distinct().sorted(Integer::compareUnsigned).toList(), ids);
        assertEquals(IntStream.rangeClosed(0x8400_0000, 0x8400_0014).boxed().toList(),
                ids.stream().filter(id -> (id & 0x3f00_0000) == 0x0400_0000).toList());
        assertEquals("power states are not modelled", monitor.commands()
                .stream()
                .filter(row -> row.name().equals("CPU_ON"))
                .findFirst()
                .orElseThrow()
                .unsupported());
    }

    @Test
    void handsOverTheCall() {
        assertEquals(new MonitorResult(List.of(0L, 3L, 5L), "TEST_CALL", "", Map.of("SMC", 1L, "LOOKUP", 5L)),
                call(call -> {
                    assertSame(machine, call.machine());
                    assertEquals(Actor.HOST, call.caller());
                    assertArrayEquals(new long[] {3, -5}, call.arguments());
                    assertEquals(0, call.argument(2));
                    call.record("LOOKUP", 2, 64);
                    call.record("LOOKUP", 3, 0);
                    return new long[] {0, call.argument(0), -call.argument(1)};
                }, 3, -5));
        assertEquals(64, machine.ledger().snapshot().count("LOOKUP").bytes());
    }

    @Test
    void takesLowerHalvesOnlyOf32BitCalls() {
        table.add(new Command(0x8200_0001, call -> call.arguments()), "test");

        assertEquals(List.of(0xffff_fffbL, 7L),
                monitor.call(Actor.HOST, 0x8200_0001, -5, 0x1_0000_0007L).registers());
    }

    @Test
    void checksInOrderAndDoesNothingIfOneFails() {
        var rows = List.of(row("first", 1, -20), row("second", 2, -21));
        table.add(new Command(ID, "ORDERED", rows, Map.of(), _ -> new long[] {0}), "test");

        assertEquals(new MonitorResult(List.of(-20L), "ORDERED", "first", ONE_SMC), monitor.call(Actor.HOST, ID, 0));
        assertEquals(new MonitorResult(List.of(-21L), "ORDERED", "second", ONE_SMC), monitor.call(Actor.HOST, ID, 1));
        assertEquals(result("ORDERED", 0), monitor.call(Actor.HOST, ID, 3));
    }

    private static MonitorCommand.Precondition row(String id, long bit, long status) {
        return new MonitorCommand.Precondition(id, "bit " + bit + " is set", call -> (call.argument(0) & bit) != 0,
                status);
    }

    @Test
    void containsAnEffectThatBreaks() {
        assertEquals(result("TEST_CALL", -6), call(_ -> {
            throw new IllegalStateException("broken on purpose");
        }));
        assertEquals(result("SMCCC_VERSION", 0x10002), monitor.call(Actor.HOST, 0x8000_0000));
    }

    @Test
    void containsWhatAnEffectMustNotDo() {
        assertEquals(result("TEST_CALL", -6), call(_ -> null));
        table.add(new Command(ID + 1, _ -> new long[0]), "test");
        assertEquals(-6, monitor.call(Actor.HOST, ID + 1).status());
        table.add(new Command(ID + 2, _ -> new long[19]), "test");
        assertEquals(-6, monitor.call(Actor.HOST, ID + 2).status());
        table.add(new Command(ID + 3, call -> {
            call.record("SECRET", 1, 0);
            return new long[] {0};
        }), "test");
        assertEquals(-6, monitor.call(Actor.HOST, ID + 3).status());
        assertEquals(0, machine.ledger().snapshot().count("SECRET").count());
    }

    @Test
    void containsAPreconditionThatRecords() {
        var records = new MonitorCommand.Precondition("records", "nothing", call -> {
            call.record("LOOKUP", 1, 0);
            return true;
        }, -20);
        table.add(new Command(ID, "TEST_CALL", List.of(records), Map.of("LOOKUP", ""), _ -> new long[] {0}), "test");

        assertEquals(result("TEST_CALL", -6), monitor.call(Actor.HOST, ID));
    }

    @Test
    void recordsNothingAfterTheCall() {
        var kept = new MonitorCall[1];
        call(call -> {
            kept[0] = call;
            return new long[] {0};
        });
        assertEquals("only a running effect records events: event=LOOKUP",
                assertThrows(IllegalStateException.class, () -> kept[0].record("LOOKUP", 1, 0)).getMessage());
    }

    @Test
    void keepsTheFirstOfTwoUntilItGoes() {
        var first = new Command(ID, "FIRST", List.of(), Map.of(), _ -> new long[] {1});
        var second = new Command(ID, "SECOND", List.of(), Map.of(), _ -> new long[] {2});
        assertEquals(Optional.empty(), table.add(first, "a"));
        assertEquals(Optional.of("SECOND (0xc2000001, b) has the function id of FIRST (0xc2000001, a); "
                + "it waits until that one goes"), table.add(second, "b"));
        assertEquals(1, monitor.call(Actor.HOST, ID).status());
        table.remove(first);
        assertEquals(2, monitor.call(Actor.HOST, ID).status());
        table.remove(second);
        assertEquals(-1, monitor.call(Actor.HOST, ID).status());
    }

    @Test
    void keepsTheFirmwaresOwn() {
        var rogue = new Command(0x8400_0003, "MY_CPU_ON", List.of(), Map.of(), _ -> new long[] {0});

        assertEquals(Optional.of("MY_CPU_ON (0x84000003, x) has the function id of CPU_ON (0x84000003, "
                + "org.kakuri.tee.model); it waits until that one goes"), table.add(rogue, "x"));
        assertEquals(-1, monitor.call(Actor.HOST, 0x8400_0003).status());
    }

    @Test
    void refusesWhatIsNoCommand() {
        assertEquals(Optional.of("TEST_CALL (0x42000001, x) is a yielding call; set bit 31 of its function id"),
                table.add(new Command(0x4200_0001, _ -> new long[] {0}), "x"));
        assertEquals(Optional.of("TEST_CALL (0xc2020001, x) has a function id whose bits 23 to 17 are not zero"),
                table.add(new Command(0xc202_0001, _ -> new long[] {0}), "x"));
        assertEquals(Optional.of("C (0xc2000001, x) declares SMC, which the monitor itself counts"),
                table.add(new Command(ID, "C", List.of(), Map.of("SMC", ""), _ -> new long[] {0}), "x"));
        assertEquals(Optional.of("C (0xc2000001, x) has two preconditions named a"), table.add(
                new Command(ID, "C", List.of(row("a", 1, -3), row("a", 2, -3)), Map.of(), _ -> new long[] {0}), "x"));
        assertEquals(Optional.of("it does not describe itself: origin=x, class=" + Command.class.getName()
                + ": java.lang.NullPointerException"),
                table.add(new Command(ID, null, List.of(), Map.of(), _ -> new long[] {0}), "x"));
        assertEquals(-1, monitor.call(Actor.HOST, ID).status());
    }

    @Test
    void refusesCallsThatNoProcessorMakes() {
        assertEquals("an SMC has at most 17 arguments: given=18", assertThrows(IllegalArgumentException.class,
                () -> monitor.call(Actor.HOST, ID, new long[18])).getMessage());
        Actor nic = Actor.device("nic", SecurityState.NORMAL);
        assertEquals("a device executes no SMC: device=nic",
                assertThrows(IllegalArgumentException.class, () -> monitor.call(nic, ID)).getMessage());
        assertEquals(0, machine.ledger().snapshot().count("SMC").count());
        machine.close();
        assertEquals("machine is closed: machine=host-a, wanted=an SMC",
                assertThrows(WrongState.class, () -> monitor.call(Actor.HOST, ID)).getMessage());
    }

    @Test
    void letsCodeInsideCallAsItselfOnly() {
        EventRecorder recorder = machine.recorder(Pricing.NONE);
        Monitor inside = SecureMonitor.inside(machine, SECURE, recorder).orElseThrow();
        table.add(new Command(ID, call -> new long[] {call.caller().instance()}), "test");

        assertEquals(result("TEST_CALL", 7), inside.call(SECURE, ID));
        assertEquals(1, recorder.ledger().snapshot().count("SMC").count());
        assertEquals(1, machine.ledger().snapshot().count("SMC").count());
        assertThrows(IllegalArgumentException.class, () -> inside.call(Actor.HOST, ID));
        assertEquals(Optional.empty(),
                SecureMonitor.inside(new MachineModel("bare", Machine.ARM), SECURE, recorder));
    }

    /** Permitted outcomes: the command is there and answers, or it is not; each call is one SMC. */
    @Test
    void staysWholeWhileCommandsComeAndGo() throws InterruptedException {
        var command = new Command(ID, _ -> new long[] {0});
        var going = new Thread(() -> {
            for (int i = 0; i < 2_000; i++) {
                table.add(command, "test");
                table.remove(command);
            }
        });
        Set<Long> seen = new HashSet<>();
        long calls = 0;
        going.start();
        while (going.isAlive()) {
            seen.add(monitor.call(Actor.HOST, ID).status());
            seen.add(monitor.call(Actor.HOST, 0x8000_0000).status());
            calls += 2;
        }
        going.join();
        seen.add(monitor.call(Actor.HOST, ID).status());
        seen.removeAll(Set.of(0L, -1L, 0x1_0002L));
        assertEquals(Set.of(), seen);
        assertEquals(calls + 1, machine.ledger().snapshot().count("SMC").count());
        assertEquals(-1, monitor.call(Actor.HOST, ID).status());
    }
}

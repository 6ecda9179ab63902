package org.kakuri.tee.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Unsupported;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Range;
import org.kakuri.tee.model.memory.Checker;
import org.kakuri.tee.model.memory.Decision;

@Timeout(30)
class MachineModelTest {
    private static final byte[] CONTEXT = "ta".getBytes(StandardCharsets.UTF_8);

    private final MachineModel machine = new MachineModel("host-a", Machine.ARM);

    private record Table(List<String> closed) implements AutoCloseable {
        @Override
        public void close() {
            closed.add("table");
        }
    }

    @Test
    void sharesOneFacilityOfEachType() {
        var closed = new ArrayList<String>();
        assertEquals(Optional.empty(), machine.facility(Table.class));
        Table first = machine.facility(Table.class, () -> new Table(closed));
        assertSame(first, machine.facility(Table.class, () -> {
            throw new AssertionError("made twice");
        }));
        assertSame(first, machine.facility(Table.class).orElseThrow());

        assertTrue(machine.discard(Table.class));
        assertFalse(machine.discard(Table.class));
        assertEquals(List.of("table"), closed);
    }

    @Test
    void derivesKeysThatDependOnEverything() {
        Fuses fuses = machine.facility(Fuses.class).orElseThrow();
        byte[] key = fuses.derive("storage", CONTEXT, 32);

        assertArrayEquals(key, fuses.derive("storage", CONTEXT, 32));
        assertFalse(Arrays.equals(key, fuses.derive("storagf", CONTEXT, 32)));
        assertFalse(Arrays.equals(key, fuses.derive("storage", new byte[] {1}, 32)));
        assertFalse(Arrays.equals(key, fuses.derive("storaget", "a".getBytes(StandardCharsets.UTF_8), 32)));
        var other = new MachineModel("host-a", Machine.ARM).facility(Fuses.class).orElseThrow();
        assertFalse(Arrays.equals(key, other.derive("storage", CONTEXT, 32)));
        assertEquals(8160, fuses.derive("storage", CONTEXT, 8160).length);
    }

    @Test
    void refusesKeysOfImpossibleLength() {
        Fuses fuses = machine.facility(Fuses.class).orElseThrow();
        var e = assertThrows(IllegalArgumentException.class, () -> fuses.derive("storage", CONTEXT, 8161));
        assertEquals("derived keys have 1 to 8160 bytes: length=8161", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> fuses.derive("storage", CONTEXT, 0));
    }

    @Test
    void closesInstancesThenFacilitiesAndForgetsSecrets() {
        var closed = new ArrayList<String>();
        Fuses fuses = machine.facility(Fuses.class).orElseThrow();
        machine.facility(Table.class, () -> new Table(closed));
        machine.adopt(() -> closed.add("older instance"));
        AutoCloseable gone = () -> closed.add("released instance");
        machine.adopt(gone);
        machine.release(gone);
        machine.adopt(() -> closed.add("newer instance"));

        machine.close();
        machine.close();

        assertEquals(List.of("newer instance", "older instance", "table"), closed);
        var e = assertThrows(WrongState.class, () -> fuses.derive("storage", CONTEXT, 32));
        assertEquals("the machine's root secret is gone: label=storage", e.getMessage());
        assertThrows(WrongState.class, () -> machine.facility(Table.class, () -> new Table(closed)));
        assertThrows(WrongState.class, () -> machine.adopt(gone));
        assertTrue(machine.isClosed());
    }

    @Test
    void closesTheRestWhenOneInstanceFails() {
        var closed = new ArrayList<String>();
        machine.adopt(() -> closed.add("sound"));
        machine.adopt(() -> {
            throw new IllegalStateException("stuck");
        });
        var e = assertThrows(KakuriException.class, machine::close);
        assertEquals("machine host-a did not close cleanly: stuck", e.getMessage());
        assertEquals(List.of("sound"), closed);
    }

    @Test
    void marksTheLedgerWhenACheckerIsSwitched() {
        machine.memory().add(new Checker() {
            @Override
            public String name() {
                return "gpt";
            }

            @Override
            public Decision check(Actor actor, Range range, boolean write) {
                return Decision.PASS;
            }
        });
        machine.memory().enable("gpt", false);
        assertEquals(1, machine.ledger().snapshot().count("CHECKER_DISABLED").count());
        assertEquals(0, machine.ledger().snapshot().count("CHECKER_ENABLED").count());
        machine.memory().enable("gpt", true);
        assertEquals(1, machine.ledger().snapshot().count("CHECKER_ENABLED").count());
    }

    @Test
    void refusesMachinesOfAnotherArchitecture() {
        assertSame(machine, MachineModel.of(machine, Machine.ARM));
        assertSame(machine, MachineModel.of(machine, Machine.ANY));
        var e = assertThrows(Unsupported.class, () -> MachineModel.of(machine, Machine.X86_64));
        assertEquals("machine has another architecture: machine=host-a, architecture=arm, wanted=x86-64",
                e.getMessage());
    }

    @Test
    void neverGivesAnIdentityTwice() {
        assertEquals(1, machine.newIdentity());
        assertEquals(2, machine.newIdentity());
    }
}

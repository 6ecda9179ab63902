package org.kakuri.tee.model.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Machine;
import org.kakuri.tee.model.MachineModel;

@Timeout(30)
class MachineDirectoryTest {
    private final MachineDirectory machines = new MachineDirectory();

    @Test
    void keepsOneMachineForEachArchitectureAndName() {
        assertEquals(List.of(), machines.machines());
        Machine a = machines.machine(Machine.ARM, "host-a");
        assertSame(a, machines.machine(Machine.ARM, "host-a"));
        assertNotSame(a, machines.machine(Machine.ARM, "host-b"));
        assertNotSame(a, machines.machine(Machine.ANY, "host-a"));
        assertEquals(3, machines.machines().size());
    }

    @Test
    void replacesAMachineThatWasClosed() {
        Machine a = machines.machine(Machine.ARM, "host-a");
        a.close();
        assertEquals(List.of(), machines.machines());
        assertNotSame(a, machines.machine(Machine.ARM, "host-a"));
    }

    @Test
    void closesAllWhenStopped() {
        var a = (MachineModel) machines.machine(Machine.ARM, "host-a");
        a.adopt(() -> {
            throw new IllegalStateException("stuck");
        });
        var b = (MachineModel) machines.machine(Machine.ARM, "host-b");
        machines.close();
        assertTrue(a.isClosed());
        assertTrue(b.isClosed());
        assertThrows(WrongState.class, () -> machines.machine(Machine.ARM, "host-a"));
    }
}

package org.kakuri.tee.model.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.EventTraces;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.TracedEvent;
import org.kakuri.tee.model.MachineModel;

@Timeout(30)
class MachineDirectoryTest {
    private final MachineDirectory machines = new MachineDirectory(Optional.empty(), new MonitorShelf());

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

    /** Writes down what it is told, without the time. */
    private static final class Notes implements EventTraces.Listener {
        private final List<String> lines = new ArrayList<>();

        @Override
        public void event(TracedEvent event) {
            lines.add("%s %s %d %d".formatted(event.where(), event.event(), event.count(), event.bytes()));
        }

        @Override
        public void dropped(long events) {
            lines.add("dropped " + events);
        }
    }

    private void happen(String architecture, String event, long bytes) {
        ((MachineModel) machines.machine(architecture, "host-a")).recorder().record(event, 1, bytes);
    }

    @Test
    void tellsTheEventsOfMachinesMadeBeforeAndAfterSomebodyListens() {
        var notes = new Notes();
        happen(Machine.ARM, "SMC", 0);
        assertFalse(machines.wanted());

        try (var _ = machines.listen(notes)) {
            assertTrue(machines.wanted());
            happen(Machine.ARM, "SMC", 8);
            happen(Machine.ANY, "CALL", 0);
        }
        happen(Machine.ARM, "SMC", 0);

        assertFalse(machines.wanted());
        assertEquals(List.of("arm/host-a SMC 1 8", "any/host-a CALL 1 0"), notes.lines);
    }

    @Test
    void tellsTheEventsOfAMachineThatReplacesAClosedOne() {
        var notes = new Notes();
        machines.machine(Machine.ARM, "host-a").close();

        try (var _ = machines.listen(notes)) {
            happen(Machine.ARM, "SMC", 1);
            machines.machine(Machine.ARM, "host-a").close();
            happen(Machine.ARM, "SMC", 2);
        }

        assertEquals(List.of("arm/host-a SMC 1 1", "arm/host-a SMC 1 2"), notes.lines);
    }

    @Test
    void passesOnWhatOtherProcessesTellToEachListener() {
        var first = new Notes();
        var second = new Notes();

        try (var _ = machines.listen(first)) {
            try (var _ = machines.listen(second)) {
                machines.forward(List.of(new TracedEvent(1, "arm/host-a@7", "SMC", 2, 3)), 4);
            }
            machines.forward(List.of(new TracedEvent(1, "arm/host-a@7", "SMC", 5, 6)), 0);
        }
        machines.forward(List.of(), 9);

        assertEquals(List.of("arm/host-a@7 SMC 2 3", "dropped 4", "arm/host-a@7 SMC 5 6"), first.lines);
        assertEquals(List.of("arm/host-a@7 SMC 2 3", "dropped 4"), second.lines);
    }

    @Test
    void endsASubscriptionOnceHoweverOftenItIsClosed() {
        var notes = new Notes();
        EventTraces.Subscription first = machines.listen(notes);
        try (var _ = machines.listen(notes)) {
            first.close();
            first.close();

            happen(Machine.ARM, "SMC", 0);
        }

        assertEquals(List.of("arm/host-a SMC 1 0"), notes.lines);
    }
}

package org.kakuri.platform.vm.internal.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Unsupported;
import org.kakuri.api.vm.GuestTask;
import org.kakuri.api.vm.Walk;
import org.kakuri.platform.vm.internal.kernel.KernelFinder;
import org.kakuri.platform.vm.internal.kernel.KernelMemory;
import org.kakuri.platform.vm.internal.synthetic.GuestWriter;

/** Processes of a guest written by hand, also of a hostile one. */
@Timeout(30)
class TaskTableTest {
    private final GuestWriter guest = new GuestWriter();
    private final long first = guest.task(1, "init");
    private final long second = guest.task(7, "daemon");
    private final long third = guest.task(9, "shell");

    private Walk<GuestTask> walk() {
        KernelMemory memory = KernelFinder.find(guest.memory(), guest.model());
        return new TaskTable(memory, new TaskFields(memory.model())).walk();
    }

    private static List<Integer> pids(Walk<GuestTask> walk) {
        return walk.rows().stream().map(GuestTask::pid).toList();
    }

    @Test
    void readsProcesses() {
        Walk<GuestTask> walk = walk();
        GuestTask daemon = walk.rows().get(1);

        assertEquals(List.of(1, 7, 9), pids(walk));
        assertEquals(List.of(), walk.skipped());
        assertEquals("daemon", daemon.name());
        assertEquals('S', daemon.state());
        assertEquals(1007, daemon.owner().uids().getFirst());
        assertEquals(7_000_000_000L, daemon.times().start());
        assertEquals(20, daemon.schedule().priority());
        assertTrue(daemon.listed() && daemon.numbered());
    }

    @Test
    void findsAnUnlinkedProcessByItsNumber() {
        guest.unlink(second);
        GuestTask hidden = walk().rows().get(1);

        assertEquals(7, hidden.pid());
        assertTrue(hidden.numbered() && !hidden.listed());
    }

    @Test
    void endsWhereTheListTurnsBack() {
        guest.next(third, second);
        Walk<GuestTask> walk = walk();

        assertEquals(List.of(1, 7, 9), pids(walk));
        assertTrue(walk.skipped().getFirst().matches("task_struct.tasks at 0x[0-9a-f]+: the list turns back on itself"),
                walk.skipped().toString());
    }

    @Test
    void goesOnByNumbersWhereTheListBreaksOff() {
        guest.next(first, 0x1234_5678_9abc_def0L);
        Walk<GuestTask> walk = walk();

        assertEquals(List.of(1, 7, 9), pids(walk));
        assertEquals(List.of(true, false, false), walk.rows().stream().map(GuestTask::listed).toList());
        assertTrue(walk.skipped().getFirst().contains("the list breaks off"), walk.skipped().toString());
    }

    @Test
    void leavesOutWhatLeadsNowhere() {
        guest.pointer(second, "real_cred", 0xdead_0000_0000_1000L);
        Walk<GuestTask> walk = walk();

        assertEquals(List.of(1, 9), pids(walk));
        assertTrue(walk.skipped()
                .getFirst()
                .matches("task_struct at 0x%x: 0xdead0000000010[0-9a-f]{2} is not mapped".formatted(second)),
                walk.skipped().toString());
    }

    @Test
    void refusesAnUnknownLayoutByName() {
        GuestWriter other = new GuestWriter(" tgid=4", "");
        KernelMemory memory = KernelFinder.find(other.memory(), other.model());

        assertEquals("kernel 6.1.0-hand: structure task_struct has no field tgid",
                assertThrows(Unsupported.class, () -> new TaskFields(memory.model())).getMessage());
    }
}

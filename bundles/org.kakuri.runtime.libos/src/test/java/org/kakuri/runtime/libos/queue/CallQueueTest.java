package org.kakuri.runtime.libos.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Observability;
import org.kakuri.api.Refused;
import org.kakuri.runtime.libos.queue.QueueSpec.Supplement;
import org.kakuri.runtime.libos.trace.TraceeCall;

@Timeout(10)
class CallQueueTest {
    private static final TraceeCall READ = call(0);
    private static final TraceeCall SLEEP = call(35);

    private final MemorySegment memory = Arena.ofAuto().allocate(QueueSlots.BYTES, 8);
    private final QueueSlots slots = new QueueSlots(memory);
    private final QueueCounts counts = new QueueCounts();

    private static TraceeCall call(int number) {
        return new TraceeCall(number, new long[] {1, 2, 3, 4, 5, 6});
    }

    private CallQueue queue(int threads, Supplement supplement) {
        return new CallQueue(slots, new QueueSpec(threads, supplement), counts);
    }

    private long count(String event) {
        return counts.events(Observability.EXACT).get(event).count();
    }

    @Test
    void executesInOrderAndNoMoreThanThereAreThreads() {
        CallQueue queue = queue(2, Supplement.NEEDED);
        List<Integer> begun = new ArrayList<>();
        for (int thread = 1; thread <= 6; thread++) {
            if (queue.request(thread, READ, true)) {
                begun.add(thread);
            }
        }
        assertEquals(List.of(1, 2), begun);
        assertTrue(queue.next().isEmpty());

        for (int thread : List.of(2, 1, 3, 4)) {
            queue.respond(thread, 0);
            queue.next().ifPresent(begun::add);
        }

        assertEquals(List.of(1, 2, 3, 4, 5, 6), begun);
        assertFalse(queue.holds());
        assertEquals(4, counts.longest());
        assertEquals(6, count(QueueCounts.REQUEST));
        assertEquals(6, count(QueueCounts.AVOIDED));
        assertEquals(4, count(QueueCounts.WAIT));
    }

    @Test
    void slotsAreUsedAgain() {
        CallQueue queue = queue(1, Supplement.ANY);
        for (int i = 0; i < 10_000; i++) {
            assertTrue(queue.request(7, READ, false));
            assertEquals(1, slots.inUse());
            queue.respond(7, i);
        }
        assertEquals(0, slots.inUse());
        assertEquals(9_999, memory.get(ValueLayout.JAVA_LONG, 2112 + 8), "the last result lies in the slot");
        assertEquals(6, memory.get(ValueLayout.JAVA_LONG, 2112 + 16 + 40), "and the last argument");
    }

    @Test
    void whoFindsNoSlotGoesWithoutTheQueue() {
        CallQueue queue = queue(1, Supplement.NEEDED);
        for (int thread = 0; thread < QueueSlots.SLOTS; thread++) {
            assertEquals(thread == 0, queue.request(thread, READ, true));
        }
        assertTrue(queue.request(1000, READ, true));
        queue.respond(1000, 0);
        assertEquals(QueueSlots.SLOTS, count(QueueCounts.REQUEST));
        assertTrue(counts.note(new QueueSpec(1, Supplement.NEEDED)).orElseThrow().contains("1 found none of 256"));
    }

    @Test
    void whoHasGoneIsPassedOver() {
        CallQueue queue = queue(1, Supplement.ANY);
        for (int thread = 1; thread <= 4; thread++) {
            queue.request(thread, READ, true);
        }
        queue.gone(2);
        queue.gone(3);
        queue.gone(1);
        assertEquals(OptionalInt.of(4), queue.next());
        queue.gone(4);
        assertFalse(queue.holds());
        assertTrue(queue.request(2, READ, true), "an id may be used again");
        assertEquals(1, slots.inUse());
    }

    @Test
    void allGoneWhileTheyWaitedLeaveTheNextOneAFreeThread() {
        CallQueue queue = queue(1, Supplement.ANY);
        queue.request(1, READ, true);
        queue.request(2, READ, true);
        queue.gone(2);
        queue.respond(1, 0);
        assertTrue(queue.next().isEmpty());
        assertTrue(queue.request(3, READ, true));
        assertEquals(1, slots.inUse());
    }

    @Test
    void addsAThreadOnlyIfAllAreBlocked() {
        CallQueue queue = queue(2, Supplement.ANY);
        queue.supplement(_ -> true);
        for (int thread = 1; thread <= 4; thread++) {
            queue.request(thread, thread == 1 ? SLEEP : READ, true);
        }
        queue.supplement(thread -> thread == 1);
        assertTrue(queue.next().isEmpty());
        queue.supplement(_ -> true);
        assertEquals(OptionalInt.of(3), queue.next());
        assertTrue(queue.next().isEmpty());
        assertEquals(1, count(QueueCounts.SUPPLEMENT));
    }

    @Test
    void waitsForWhoSleepsIfOnlyNeededOnesAreAdded() {
        CallQueue queue = queue(1, Supplement.NEEDED);
        queue.request(1, SLEEP, true);
        queue.request(2, READ, true);
        queue.request(3, READ, true);
        queue.supplement(_ -> true);
        assertTrue(queue.next().isEmpty());
        queue.respond(1, 0);
        assertEquals(OptionalInt.of(2), queue.next());
        queue.supplement(_ -> true);
        assertEquals(OptionalInt.of(3), queue.next());
    }

    @Test
    void doesNotBelieveTheHost() {
        for (int lie : new int[] {-1, 256, Integer.MIN_VALUE, 7, 0}) { // slot 0 is being executed, 7 holds nothing
            var ring = Arena.ofAuto().allocate(QueueSlots.BYTES, 8);
            var queue = new CallQueue(new QueueSlots(ring), new QueueSpec(1, Supplement.ANY), counts);
            queue.request(1, READ, true);
            queue.request(2, READ, true);
            ring.set(ValueLayout.JAVA_INT, 64 + 4, lie);
            queue.supplement(_ -> true);
            var refused = assertThrows(Refused.class, queue::next);
            assertEquals("the queue of system calls names slot %d, which holds no request".formatted(lie),
                    refused.getMessage());
        }
    }
}

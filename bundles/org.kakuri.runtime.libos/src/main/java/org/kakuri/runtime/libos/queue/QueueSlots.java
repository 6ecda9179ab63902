package org.kakuri.runtime.libos.queue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import org.kakuri.api.Refused;
import org.kakuri.runtime.libos.trace.TraceeCall;

/**
 * The memory that an instance shares with its host threads: two rings of slot numbers, and the slots with the calls. Which slots are
 * free is known inside only, and what is read from the rings is checked: the host may write anything there.
 *
 * <pre>
 * offset | size    | field                             | written by
 * 0      | 4       | requests put, since the beginning | inside
 * 4      | 4       | requests fetched                  | host
 * 8      | 4       | responses put                     | host
 * 12     | 4       | responses fetched                 | inside
 * 64     | 4 x 256 | ring of requests: slot numbers    | inside
 * 1088   | 4 x 256 | ring of responses                 | host
 * 2112   | 64 x 256| slots                             | see below
 * </pre>
 *
 * A slot: number of the call (4, inside), 4 unused, result (8, host), six arguments (48, inside).
 */
public final class QueueSlots {
    /** How many requests there can be at once. SCONE has as many ({@code SCONE_SLOTS=256}). */
    public static final int SLOTS = 256;
    /** Size of the shared memory, whole pages. */
    public static final long BYTES = 20480;

    private static final long REQUESTS_PUT = 0;
    private static final long REQUESTS_FETCHED = 4;
    private static final long RESPONSES_PUT = 8;
    private static final long RESPONSES_FETCHED = 12;
    private static final long REQUESTS = 64;
    private static final long RESPONSES = 1088;
    private static final long FIRST_SLOT = 2112;
    private static final long SLOT_BYTES = 64;
    private static final long RESULT = 8;
    private static final long ARGUMENTS = 16;

    private final MemorySegment memory;
    private final BitSet taken = new BitSet(SLOTS);

    /**
     * Makes the queue.
     *
     * @param memory shared memory, {@value #BYTES} zero bytes
     */
    public QueueSlots(MemorySegment memory) {
        this.memory = memory;
    }

    /** Inside: writes a request into a free slot, and its number into the ring; returns it, or -1 if none is free. */
    int request(TraceeCall call) {
        int slot = taken.nextClearBit(0);
        if (slot >= SLOTS) {
            return -1;
        }
        taken.set(slot);
        long at = FIRST_SLOT + slot * SLOT_BYTES;
        set(at, call.number());
        for (int i = 0; i < 6; i++) {
            memory.set(ValueLayout.JAVA_LONG, at + ARGUMENTS + 8L * i, call.argument(i));
        }
        put(REQUESTS, REQUESTS_PUT, slot);
        return slot;
    }

    /** A host thread: fetches the request that was put first of those that wait; -1 if there is none. */
    int fetch() {
        return get(REQUESTS_FETCHED) == get(REQUESTS_PUT) ? -1 : take(REQUESTS, REQUESTS_FETCHED);
    }

    /** A host thread: writes what came of a request, and the slot's number into the other ring. */
    void respond(int slot, long result) {
        memory.set(ValueLayout.JAVA_LONG, FIRST_SLOT + slot * SLOT_BYTES + RESULT, result);
        put(RESPONSES, RESPONSES_PUT, slot);
    }

    /** Inside: fetches a response; the slot is free again. */
    int collect() {
        int slot = take(RESPONSES, RESPONSES_FETCHED);
        free(slot);
        return slot;
    }

    /** Inside: nobody waits for this request any more. */
    void free(int slot) {
        taken.clear(slot);
    }

    /** Returns how many slots are in use. */
    int inUse() {
        return taken.cardinality();
    }

    private void put(long ring, long counter, int slot) {
        int count = get(counter);
        set(ring + 4L * (count & SLOTS - 1), slot);
        set(counter, count + 1);
    }

    private int take(long ring, long counter) {
        int count = get(counter);
        int slot = get(ring + 4L * (count & SLOTS - 1));
        set(counter, count + 1);
        if (slot < 0 || slot >= SLOTS || !taken.get(slot)) {
            throw new Refused("the queue of system calls names slot %d, which holds no request".formatted(slot),
                    "the host has changed the queue");
        }
        return slot;
    }

    private int get(long at) {
        return memory.get(ValueLayout.JAVA_INT, at);
    }

    private void set(long at, int value) {
        memory.set(ValueLayout.JAVA_INT, at, value);
    }
}

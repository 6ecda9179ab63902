package org.kakuri.runtime.libos.queue;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntPredicate;
import org.kakuri.api.Refused;
import org.kakuri.runtime.libos.calls.SystemCallTable;
import org.kakuri.runtime.libos.trace.TraceeCall;

/**
 * The queue of one instance. A request is executed by the kernel thread that makes it, which stands for a host thread meanwhile: no
 * more of them are executed at once than there are host threads. Others wait, in order. Used on the tracer's thread.
 */
public final class CallQueue {
    private static final Set<Integer> SLEEPS = Set.of(SystemCallTable.number("nanosleep"),
            SystemCallTable.number("clock_nanosleep"));

    private final QueueSlots slots;
    private final QueueSpec spec;
    private final QueueCounts counts;
    private final Request[] bySlot = new Request[QueueSlots.SLOTS];
    private final Map<Integer, Request> waiting = new HashMap<>();
    private final Map<Integer, Request> executing = new HashMap<>();
    private int threads;

    private record Request(int thread, int number, int slot, long since) {}

    /** Makes one that is empty. */
    public CallQueue(QueueSlots slots, QueueSpec spec, QueueCounts counts) {
        this.slots = slots;
        this.spec = spec;
        this.counts = counts;
        this.threads = spec.threads();
    }

    /**
     * A thread makes a call.
     *
     * @param avoids whether it would have left the instance without a queue, and does not
     * @return whether it is executed now; else when {@link #next} names the thread
     */
    public boolean request(int thread, TraceeCall call, boolean avoids) {
        int slot = slots.request(call);
        if (slot < 0) {
            counts.slotless();
            return true;
        }
        counts.requested(avoids);
        var request = new Request(thread, call.number(), slot, System.nanoTime());
        bySlot[slot] = request;
        boolean free = waiting.isEmpty() && executing.size() < threads;
        waiting.put(thread, request);
        if (free) {
            pull();
        } else {
            counts.waits(waiting.size());
        }
        return free;
    }

    /** Returns a thread whose request is executed from now on; empty if none waits, or every host thread is busy. */
    public OptionalInt next() {
        if (waiting.isEmpty() || executing.size() >= threads) {
            return OptionalInt.empty();
        }
        Request request = pull();
        counts.waited(System.nanoTime() - request.since());
        return OptionalInt.of(request.thread());
    }

    /** A host thread takes the first request of a thread that is still there. */
    private Request pull() {
        while (true) {
            Request request = fetch();
            if (waiting.remove(request.thread(), request)) {
                executing.put(request.thread(), request);
                return request;
            }
            release(request.slot());
        }
    }

    private Request fetch() {
        int slot = slots.fetch();
        if (slot < 0 || bySlot[slot] == null || executing.get(bySlot[slot].thread()) == bySlot[slot]) {
            throw new Refused("the queue of system calls names slot %d, which holds no request".formatted(slot),
                    "the host has changed the queue");
        }
        return bySlot[slot];
    }

    private void release(int slot) {
        bySlot[slot] = null;
        slots.free(slot);
    }

    /** The call of a thread has returned; nothing happens if it went outside of the queue. */
    public void respond(int thread, long result) {
        Request request = executing.remove(thread);
        if (request != null) {
            slots.respond(request.slot(), result);
            bySlot[slots.collect()] = null;
        }
    }

    /** A thread has ended; its call never returns. A slot that is in the ring of requests is freed when it is fetched. */
    public void gone(int thread) {
        waiting.remove(thread);
        Request request = executing.remove(thread);
        if (request != null) {
            release(request.slot());
        }
    }

    /** Returns whether a request waits for a host thread. */
    public boolean holds() {
        return !waiting.isEmpty();
    }

    /**
     * Adds a host thread if a request waits and all host threads are blocked.
     *
     * @param blocked says whether a thread is blocked in the kernel
     */
    public void supplement(IntPredicate blocked) {
        if (!waiting.isEmpty() && executing.values()
                .stream()
                .allMatch(request -> (spec.supplement() == QueueSpec.Supplement.ANY
                        || !SLEEPS.contains(request.number()))
                        && blocked.test(request.thread()))) {
            threads++;
            counts.supplemented();
        }
    }
}

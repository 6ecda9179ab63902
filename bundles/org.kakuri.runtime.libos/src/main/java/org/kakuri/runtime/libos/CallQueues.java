package org.kakuri.runtime.libos;

import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.runtime.libos.queue.CallQueue;
import org.kakuri.runtime.libos.queue.QueueCounts;
import org.kakuri.runtime.libos.queue.QueueSlots;
import org.kakuri.runtime.libos.queue.QueueSpec;
import org.kakuri.runtime.libos.trace.TracedProcess;
import org.kakuri.runtime.libos.trace.Tracee;
import org.kakuri.runtime.libos.trace.TraceeCall;

/**
 * The queues of a guest's instances, one for each, made when its first call goes out. Used on the tracer's thread.
 */
final class CallQueues {
    private final Personality personality;
    private final QueueSpec spec;
    private final QueueCounts counts;
    private final Set<IoIntent.Kind> leaving = EnumSet.noneOf(IoIntent.Kind.class);
    private final Set<IoIntent.Kind> avoided = EnumSet.noneOf(IoIntent.Kind.class);
    private final Map<HostedInstance, Used> queues = new HashMap<>();
    private final Map<Integer, Open> open = new HashMap<>();

    private record Used(CallQueue queue, Set<TracedProcess> users) {}

    private record Open(Tracee caller, CallQueue queue) {}

    CallQueues(Personality personality, BackendLease backend, QueueSpec spec, QueueCounts counts) {
        this.personality = personality;
        this.spec = spec;
        this.counts = counts;
        for (IoIntent.Kind kind : IoIntent.Kind.values()) {
            if (!backend.cross(new IoIntent(kind, 1, CallStyle.RPC)).isEmpty()) {
                leaving.add(kind);
                if (backend.cross(new IoIntent(kind, 1, CallStyle.POLLING)).isEmpty()) {
                    avoided.add(kind);
                }
            }
        }
    }

    /** A thread makes a call that goes out: returns whether it begins now; else when {@link #admitted} returns the thread. */
    boolean mayBegin(Tracee caller, TraceeCall call, IoIntent.Kind kind) {
        if (avoided.isEmpty() || !leaving.contains(kind)) { // a kernel of the guest's own does it, or nobody polls here
            return true;
        }
        HostedInstance instance = personality.instance(caller.process());
        Used used = queues.computeIfAbsent(instance, _ -> new Used(new CallQueue(new QueueSlots(
                instance.share(QueueSlots.BYTES).segment()), spec, counts), new HashSet<>()));
        used.users().add(caller.process());
        open.put(caller.tid(), new Open(caller, used.queue()));
        return used.queue().request(caller.tid(), call, avoided.contains(kind));
    }

    /** A thread's call has returned. */
    void left(Tracee caller, long result) {
        Open was = open.remove(caller.tid());
        if (was != null) {
            was.queue().respond(caller.tid(), result);
        }
    }

    /** A thread has ended. */
    void gone(Tracee caller) {
        Open was = open.remove(caller.tid());
        if (was != null) {
            was.queue().gone(caller.tid());
        }
    }

    /** A process leaves its instance: no call of it returns there. */
    void gone(TracedProcess process) {
        List.copyOf(open.values())
                .stream()
                .map(Open::caller)
                .filter(caller -> caller.process() == process)
                .forEach(this::gone);
        queues.values().removeIf(used -> used.users().remove(process) && used.users().isEmpty());
    }

    /** Returns a thread that waited and whose call begins now. */
    Optional<Tracee> admitted() {
        for (Used used : queues.values()) {
            var next = used.queue().next();
            if (next.isPresent()) {
                return Optional.of(open.get(next.getAsInt()).caller());
            }
        }
        return Optional.empty();
    }

    /** Returns whether a thread waits. */
    boolean holds() {
        for (Used used : queues.values()) {
            if (used.queue().holds()) {
                return true;
            }
        }
        return false;
    }

    /** Nothing has happened for a while, and a thread waits. */
    void idle() {
        queues.values().forEach(used -> used.queue().supplement(CallQueues::blocked));
    }

    /** Returns whether a thread sleeps in the kernel until something happens. */
    private static boolean blocked(int thread) {
        try {
            return ProcFs.status(thread).get("State").startsWith("S");
        } catch (UncheckedIOException ended) {
            return false;
        }
    }
}

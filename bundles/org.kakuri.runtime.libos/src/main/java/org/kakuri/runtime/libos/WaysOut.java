package org.kakuri.runtime.libos;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.kakuri.api.runtime.ServedTree;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.runtime.libos.trace.TracedProcess;

/**
 * How what is not served inside gets out of the instance of a guest's process: by leaving it, where the backend says that this is
 * a crossing, otherwise by a slot of a queue. Used on the tracer's thread, but for the count of slots.
 */
final class WaysOut implements ServedTree.WayOut {
    private final Personality personality;
    private final PhaseClock clock;
    private final Set<IoIntent.Kind> crossing = EnumSet.noneOf(IoIntent.Kind.class);
    private final AtomicLong slots = new AtomicLong();
    private final HostedInstance first;
    private TracedProcess asking;

    /**
     * Makes it.
     *
     * @param first where the guest's first process is going to be
     */
    WaysOut(Personality personality, BackendLease backend, HostedInstance first, PhaseClock clock) {
        this.personality = personality;
        this.first = first;
        this.clock = clock;
        for (IoIntent.Kind kind : IoIntent.Kind.values()) {
            if (!backend.cross(new IoIntent(kind, 1, personality.style())).isEmpty()) {
                crossing.add(kind);
            }
        }
    }

    /** Returns whether an instance is left for this. */
    boolean crosses(IoIntent.Kind kind) {
        return crossing.contains(kind);
    }

    /** Returns how often nothing was left for what went out. */
    long slots() {
        return slots.get();
    }

    /** Lets something out and its answer in. */
    void pass(TracedProcess process, IoIntent.Kind kind, String service, int operation, long bytes) {
        if (!crosses(kind)) {
            slots.incrementAndGet();
            return;
        }
        HostedInstance instance = process == null ? first : personality.instance(process);
        if (instance.waits()) {
            try (var _ = clock.in(PhaseClock.Phase.TRANSITION)) {
                instance.leave(service, operation, bytes);
            }
        } else {
            instance.leave(service, operation, bytes);
        }
    }

    /** From now on a tree asks for this process. */
    void by(TracedProcess process) {
        asking = process;
    }

    @Override
    public byte[] ask(byte[] request, UnaryOperator<byte[]> outside) {
        byte[] reply = outside.apply(request);
        pass(asking, IoIntent.Kind.STREAM, "served", 0, (long) request.length + reply.length);
        return reply;
    }
}

package org.kakuri.tee.model.instance;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Unsupported;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.InstanceState;

/** The contexts of an instance that have not ended, and which of them run. Guarded by the instance's gate. */
final class ContextRoster {
    private final String instance;
    private final Gate gate;
    private final Condition rested;
    private final Set<ContextRunner> contexts = new LinkedHashSet<>();
    private final Set<ContextRunner> running = new LinkedHashSet<>();

    ContextRoster(String instance, Gate gate) {
        this.instance = instance;
        this.gate = gate;
        this.rested = gate.condition();
    }

    void requireRoom(String context, int limit) {
        if (contexts.size() >= limit) {
            throw new Unsupported("no room for a context: instance=" + instance + ", context=" + context + ", limit="
                    + limit, "let one end first");
        }
    }

    void add(ContextRunner context) {
        contexts.add(context);
    }

    void requireRest() {
        if (!running.isEmpty()) {
            throw new WrongState("contexts run: instance=" + instance + ", contexts="
                    + running.stream().map(ContextRunner::name).toList(), "let them end or terminate them");
        }
    }

    void starting(ContextRunner context) {
        gate.run(() -> {
            gate.require("run", InstanceState.READY);
            running.add(context);
        });
    }

    void finished(ContextRunner context) {
        gate.run(() -> {
            running.remove(context);
            contexts.remove(context);
            rested.signalAll();
        });
    }

    /** Whether the calling thread runs one of them. */
    boolean runsHere() {
        return gate.in(() -> running.stream().anyMatch(context -> context.runsOn() == Thread.currentThread()));
    }

    /** Terminates all and waits for those that run, except on the calling thread itself. */
    void stop(Duration limit) {
        gate.run(() -> {
            contexts.forEach(context -> context.terminate("instance " + instance + " was destroyed"));
            awaitRest(limit.toNanos());
            List<String> stuck = elsewhere();
            if (!stuck.isEmpty()) {
                throw new KakuriException("contexts did not stop within " + limit.toMillis() + " ms: " + stuck,
                        "their threads go on without memory; run such code in a domain host");
            }
        });
    }

    private void awaitRest(long nanos) {
        long left = nanos;
        boolean wasInterrupted = false;
        while (left > 0 && !elsewhere().isEmpty()) {
            try {
                left = rested.awaitNanos(left);
            } catch (InterruptedException e) {
                wasInterrupted = true;
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private List<String> elsewhere() {
        return running.stream()
                .filter(context -> context.runsOn() != Thread.currentThread())
                .map(ContextRunner::name)
                .toList();
    }
}

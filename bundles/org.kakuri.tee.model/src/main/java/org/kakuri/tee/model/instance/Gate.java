package org.kakuri.tee.model.instance;

import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.InstanceState;

/** The state of an instance, and the lock under which it and what depends on it changes. */
final class Gate {
    private final String instance;
    private final ReentrantLock lock = new ReentrantLock();
    private InstanceState state = InstanceState.BUILDING;
    private boolean closing;

    Gate(String instance) {
        this.instance = instance;
    }

    <T> T in(Supplier<T> step) {
        lock.lock();
        try {
            return step.get();
        } finally {
            lock.unlock();
        }
    }

    void run(Runnable step) {
        in(() -> {
            step.run();
            return null;
        });
    }

    Condition condition() {
        return lock.newCondition();
    }

    InstanceState state() {
        return in(() -> state);
    }

    /** Changes the state; to be called inside. */
    void become(InstanceState next) {
        state = next;
    }

    /** Refuses every operation from now on. Returns false if that was so already. */
    boolean shut() {
        return in(() -> {
            boolean first = !closing;
            closing = true;
            return first;
        });
    }

    /** Refuses an operation in states other than the allowed ones; none given allows all but DESTROYED. */
    void require(String operation, InstanceState... allowed) {
        run(() -> {
            if (closing) {
                throw new WrongState("instance " + instance + " refuses " + operation + ": state="
                        + InstanceState.DESTROYED, "create a new instance");
            }
            if (allowed.length > 0 && !List.of(allowed).contains(state)) {
                throw new WrongState("instance " + instance + " refuses " + operation + ": state=" + state,
                        operation + " needs " + String.join(" or ", Stream.of(allowed).map(Enum::name).toList()));
            }
        });
    }
}

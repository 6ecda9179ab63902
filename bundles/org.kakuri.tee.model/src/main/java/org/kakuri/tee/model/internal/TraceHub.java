package org.kakuri.tee.model.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.kakuri.api.tee.EventTraces;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.TracedEvent;

/** Listens to the ledgers of all machines, as long as somebody listens to it. */
final class TraceHub implements EventTraces {
    private static final System.Logger LOG = System.getLogger(TraceHub.class.getName());

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Map<Machine, AutoCloseable> machines = new LinkedHashMap<>();

    @Override
    public synchronized Subscription listen(Listener listener) {
        var own = new Own(listener);
        listeners.add(own);
        machines.replaceAll((machine, trace) -> trace == null ? follow(machine) : trace);
        return () -> leave(own);
    }

    /** A listener may listen twice; each subscription ends by itself. */
    private static final class Own implements Listener {
        private final Listener listener;

        Own(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void event(TracedEvent event) {
            listener.event(event);
        }

        @Override
        public void dropped(long events) {
            listener.dropped(events);
        }
    }

    private synchronized void leave(Listener listener) {
        if (listeners.remove(listener) && listeners.isEmpty()) {
            machines.replaceAll((machine, trace) -> {
                close(trace);
                return null;
            });
        }
    }

    /** Takes note of a machine before anything happens on it. */
    synchronized void made(Machine machine) {
        machines.put(machine, listeners.isEmpty() ? null : follow(machine));
    }

    /** Forgets a machine that was closed. */
    synchronized void gone(Machine machine) {
        close(machines.remove(machine));
    }

    private AutoCloseable follow(Machine machine) {
        String where = machine.architecture() + "/" + machine.name();
        return machine.ledger().trace((event, count, bytes) -> {
            var traced = new TracedEvent(System.nanoTime(), where, event, count, bytes);
            listeners.forEach(listener -> listener.event(traced));
        });
    }

    private static void close(AutoCloseable trace) {
        if (trace != null) {
            try {
                trace.close();
            } catch (Exception e) {
                LOG.log(System.Logger.Level.WARNING, "a machine's trace does not end", e);
            }
        }
    }

    @Override
    public boolean wanted() {
        return !listeners.isEmpty();
    }

    @Override
    public void forward(List<TracedEvent> events, long dropped) {
        for (Listener listener : listeners) {
            events.forEach(listener::event);
            if (dropped > 0) {
                listener.dropped(dropped);
            }
        }
    }
}

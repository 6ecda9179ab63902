package org.kakuri.tee.model;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.Ledger;
import org.kakuri.api.tee.LedgerSnapshot;

/** Counts by event, written by {@link EventCounter} only. */
final class EventLedger implements Ledger {
    private static final System.Logger LOG = System.getLogger(EventLedger.class.getName());

    private final Map<String, EventCounter> counters = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<TraceListener> listeners = new CopyOnWriteArrayList<>();
    /** What the hot path looks at: an array needs no iterator. */
    private volatile TraceListener[] traced = {};

    Map<String, EventCounter> counters() {
        return counters;
    }

    void tell(String event, long count, long bytes) {
        for (TraceListener listener : traced) {
            try {
                listener.event(event, count, bytes);
            } catch (RuntimeException e) {
                remove(listener);
                LOG.log(System.Logger.Level.WARNING,
                        "trace listener failed and gets no more events: event=" + event, e);
            }
        }
    }

    @Override
    public LedgerSnapshot snapshot() {
        var counts = new TreeMap<String, EventCount>();
        counters.forEach((event, counter) -> {
            if (counter.touched()) {
                counts.put(event, counter.count());
            }
        });
        return new LedgerSnapshot(counts);
    }

    @Override
    public AutoCloseable trace(TraceListener listener) {
        TraceListener own = listener::event;
        synchronized (listeners) {
            listeners.add(own);
            traced = listeners.toArray(TraceListener[]::new);
        }
        return () -> remove(own);
    }

    private void remove(TraceListener listener) {
        synchronized (listeners) {
            listeners.remove(listener);
            traced = listeners.toArray(TraceListener[]::new);
        }
    }
}

package org.kakuri.domain.internal.child;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.kakuri.api.tee.EventTraces;
import org.kakuri.api.tee.TracedEvent;
import org.kakuri.domain.internal.wire.Message;

/**
 * Tells the parent the events of this process's machines. Whoever causes an event only puts it into a queue; when that is
 * full the event is counted instead of kept, so a slow parent delays nobody.
 */
final class TraceSender implements EventTraces.Listener, AutoCloseable {
    static final int KEPT = 1 << 14;
    private static final int BATCH = 512;

    private final BlockingQueue<TracedEvent> queue = new ArrayBlockingQueue<>(KEPT);
    private final AtomicLong dropped = new AtomicLong();
    private final Semaphore available = new Semaphore(0);
    private final Consumer<Message> parent;
    private final String process = "@" + ProcessHandle.current().pid();
    private final EventTraces.Subscription subscription;
    private final Thread thread;

    /** Begins. */
    TraceSender(EventTraces traces, Consumer<Message> parent) {
        this.parent = parent;
        this.thread = new Thread(this::run, "kakuri-domain-trace");
        thread.setDaemon(true);
        thread.start();
        this.subscription = traces.listen(this);
    }

    @Override
    public void event(TracedEvent event) {
        if (!queue.offer(event)) {
            dropped.incrementAndGet();
        }
        available.release();
    }

    @Override
    public void dropped(long events) {
        dropped.addAndGet(events);
        available.release();
    }

    private void run() {
        try {
            while (true) {
                available.acquire();
                available.drainPermits();
                flush();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends what happened so far; when it returns, nothing of that is in anybody's hands any more. */
    synchronized void flush() {
        while (!queue.isEmpty() || dropped.get() > 0) {
            List<TracedEvent> batch = new ArrayList<>(BATCH);
            for (TracedEvent next = queue.poll(); next != null; next = batch.size() < BATCH ? queue.poll() : null) {
                batch.add(named(next));
            }
            parent.accept(new Message.Traced(batch, dropped.getAndSet(0)));
        }
    }

    private TracedEvent named(TracedEvent event) {
        return new TracedEvent(event.nanoTime(), event.where() + process, event.event(), event.count(),
                event.bytes());
    }

    /** Ends; what happened so far is sent. */
    @Override
    public void close() {
        subscription.close();
        flush();
        thread.interrupt();
    }
}

package org.kakuri.shell.internal;

import java.io.PrintStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.kakuri.api.tee.EventTraces;
import org.kakuri.api.tee.TracedEvent;

/**
 * Prints architectural events as they happen, a line each. Whoever causes an event only puts it into a queue; events that come
 * faster than they can be written are counted instead of kept, and the last line says how many.
 */
final class TraceOutput implements EventTraces.Listener, AutoCloseable {
    static final int KEPT = 1 << 16;
    private static final TracedEvent END = new TracedEvent(0, "", "", 0, 0);

    private final PrintStream out;
    private final BlockingQueue<TracedEvent> queue;
    private final AtomicLong dropped = new AtomicLong();
    private final long start = System.nanoTime();
    private final Thread writer;
    private final EventTraces.Subscription subscription;
    private long written;

    /**
     * Begins.
     *
     * @param out where lines go
     * @param kept how many events may wait to be written
     */
    TraceOutput(EventTraces traces, PrintStream out, int kept) {
        this.out = out;
        this.queue = new ArrayBlockingQueue<>(kept);
        this.writer = new Thread(this::write, "kakuri-trace");
        writer.setDaemon(true);
        writer.start();
        this.subscription = traces.listen(this);
    }

    @Override
    public void event(TracedEvent event) {
        if (!queue.offer(event)) {
            dropped.incrementAndGet();
        }
    }

    @Override
    public void dropped(long events) {
        dropped.addAndGet(events);
    }

    private void write() {
        try {
            for (TracedEvent event = queue.take(); event != END; event = queue.take()) {
                out.println(line(event));
                written++;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String line(TracedEvent event) {
        return "trace %14.1f us  %-24s %-28s count=%d bytes=%d".formatted((event.nanoTime() - start) / 1e3,
                event.where(), event.event(), event.count(), event.bytes());
    }

    /** Ends, when everything that was kept is written. */
    @Override
    public void close() {
        subscription.close();
        try {
            queue.put(END);
            writer.join();
        } catch (InterruptedException e) {
            writer.interrupt();
            Thread.currentThread().interrupt();
            return;
        }
        long lost = dropped.get();
        out.println("trace: %d events%s".formatted(written + lost, lost == 0 ? ""
                : "; %d of them are not shown, they came faster than they could be written".formatted(lost)));
        out.flush();
    }
}

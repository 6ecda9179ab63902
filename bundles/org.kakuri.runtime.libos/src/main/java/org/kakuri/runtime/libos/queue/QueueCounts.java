package org.kakuri.runtime.libos.queue;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.kakuri.api.Observability;
import org.kakuri.api.tee.EventCount;

/** What happened in the queues of a session. Any thread may count and read. */
public final class QueueCounts {
    /** Event: a system call took a slot of a queue. */
    public static final String REQUEST = "queue.request";
    /** Event: a request found no free host thread, and waited for one. */
    public static final String WAIT = "queue.wait";
    /** Event: a host thread was added, because all others were blocked while a request waited. */
    public static final String SUPPLEMENT = "queue.supplement";
    /** Event: a call by a slot was no crossing, and would have been one without a queue. */
    public static final String AVOIDED = "queue.exit.avoided";

    private final LongAdder requests = new LongAdder();
    private final LongAdder waits = new LongAdder();
    private final LongAdder waitNanos = new LongAdder();
    private final LongAdder supplements = new LongAdder();
    private final LongAdder avoided = new LongAdder();
    private final LongAdder slotless = new LongAdder();
    private final AtomicLong longest = new AtomicLong();

    void requested(boolean avoids) {
        requests.increment();
        if (avoids) {
            avoided.increment();
        }
    }

    void waits(int together) {
        waits.increment();
        longest.accumulateAndGet(together, Math::max);
    }

    void waited(long nanos) {
        waitNanos.add(nanos);
    }

    void supplemented() {
        supplements.increment();
    }

    void slotless() {
        slotless.increment();
    }

    /** Returns how many requests waited for a host thread at once, at most. */
    public long longest() {
        return longest.get();
    }

    /**
     * Returns the counts as events.
     *
     * @param seen whether calls are seen at all
     */
    public Map<String, EventCount> events(Observability seen) {
        return Map.of(REQUEST, new EventCount(requests.sum(), 0, seen), WAIT, new EventCount(waits.sum(), 0, seen),
                SUPPLEMENT, new EventCount(supplements.sum(), 0, seen), AVOIDED,
                new EventCount(avoided.sum(), 0, seen));
    }

    /** Tells what a reader should know of the queues, if any request was made. */
    public Optional<String> note(QueueSpec spec) {
        if (requests.sum() == 0) {
            return Optional.empty();
        }
        String text = ("queue of system calls: %d requests, %d exits avoided; %d waited for a host thread, at most %d at once, "
                + "%.3f ms in all; %d host threads were added to %d of each instance").formatted(requests.sum(),
                        avoided.sum(), waits.sum(), longest.get(), waitNanos.sum() / 1e6, supplements.sum(),
                        spec.threads());
        return Optional.of(slotless.sum() == 0 ? text
                : text + "; %d found none of %d slots free, and were executed outside of the queue".formatted(
                        slotless.sum(), QueueSlots.SLOTS));
    }
}

package org.kakuri.tee.model;

import java.util.concurrent.atomic.LongAdder;
import org.kakuri.api.Observability;
import org.kakuri.api.tee.EventCount;

/**
 * One event of one ledger, resolved once and then recorded without a look-up or an allocation. Obtained from
 * {@link EventRecorder#counter}; thread-safe.
 */
public final class EventCounter {
    private final String event;
    private final EventLedger ledger;
    private final EventCounter machine;
    private final double ns;
    private final double nsPerByte;
    private final LongAdder occurrences = new LongAdder();
    private final LongAdder moved = new LongAdder();
    private volatile Observability observability = Observability.EXACT;

    /**
     * @param machine the same event in the machine's ledger, or null if this is the machine's
     * @param ns what to wait for at each event; 0 if nothing is injected
     * @param nsPerByte what to wait for at each byte
     */
    EventCounter(String event, EventLedger ledger, EventCounter machine, double ns, double nsPerByte) {
        this.event = event;
        this.ledger = ledger;
        this.machine = machine;
        this.ns = ns;
        this.nsPerByte = nsPerByte;
    }

    /** Returns the event's name. */
    public String event() {
        return event;
    }

    /** Records one occurrence that moves no bytes. */
    public void record() {
        record(1, 0);
    }

    /**
     * Records occurrences. Where prices are injected, returns not before the price has passed since the call: the model's
     * own bookkeeping lies inside the price, it is not added to it.
     *
     * @param count how often it occurred at once, at least 0
     * @param bytes bytes moved by all of them, at least 0
     */
    public void record(long count, long bytes) {
        if (count < 0 || bytes < 0) {
            throw new IllegalArgumentException(
                    "an event cannot occur less than 0 times: event=" + event + ", count=" + count + ", bytes="
                            + bytes);
        }
        if (ns == 0 && nsPerByte == 0) {
            write(count, bytes);
            return;
        }
        long start = System.nanoTime();
        write(count, bytes);
        long price = (long) Math.ceil(count * ns + bytes * nsPerByte);
        while (System.nanoTime() - start < price) {
            Thread.onSpinWait();
        }
    }

    /**
     * States that occurrences of this event are not all seen from now on. Never makes a count more trustworthy.
     *
     * @param seen what can be seen
     */
    public synchronized void limit(Observability seen) {
        observability = observability.and(seen);
        if (machine != null) {
            machine.limit(seen);
        }
    }

    private void write(long count, long bytes) {
        occurrences.add(count);
        if (bytes != 0) {
            moved.add(bytes);
        }
        ledger.tell(event, count, bytes);
        if (machine != null) {
            machine.write(count, bytes);
        }
    }

    EventCount count() {
        return new EventCount(occurrences.sum(), moved.sum(), observability);
    }

    boolean touched() {
        return occurrences.sum() != 0 || observability != Observability.EXACT;
    }
}

package org.kakuri.tee.model;

import org.kakuri.api.tee.Ledger;
import org.kakuri.api.tee.Price;
import org.kakuri.api.tee.Pricing;

/**
 * The only writer of a ledger. State transitions of the model hold one; everybody else gets {@link #ledger()}. What an
 * instance's recorder records also appears in the ledger of its machine. Thread-safe.
 * <p>
 * With {@link Pricing#injected()} an event that has a price makes the recording thread spin for it; an event without one
 * costs nothing, which is why a charge over it is a lower bound.
 */
public final class EventRecorder {
    private final EventLedger ledger = new EventLedger();
    private final EventRecorder machine;
    private final Pricing pricing;

    private EventRecorder(EventRecorder machine, Pricing pricing) {
        this.machine = machine;
        this.pricing = pricing;
    }

    /** Returns the recorder of a machine's own ledger. */
    static EventRecorder ofMachine() {
        return new EventRecorder(null, Pricing.NONE);
    }

    /** Returns a recorder of its own ledger that forwards to this one. */
    EventRecorder child(Pricing prices) {
        return new EventRecorder(this, prices);
    }

    /** Returns the read-only side. */
    public Ledger ledger() {
        return ledger;
    }

    /** Returns how events are charged. */
    public Pricing pricing() {
        return pricing;
    }

    /** Returns the handle of an event, the same one each time; to be kept by whoever records often. */
    public EventCounter counter(String event) {
        EventCounter known = ledger.counters().get(event);
        return known != null ? known : ledger.counters().computeIfAbsent(event, this::make);
    }

    /** Records one occurrence that moves no bytes. */
    public void record(String event) {
        counter(event).record(1, 0);
    }

    /**
     * Records occurrences.
     *
     * @param event name of the event
     * @param count how often it occurred at once
     * @param bytes bytes moved by all of them
     */
    public void record(String event, long count, long bytes) {
        counter(event).record(count, bytes);
    }

    private EventCounter make(String event) {
        EventCounter above = machine == null ? null : machine.counter(event);
        Price price = pricing.injected() ? pricing.profile().prices().get(event) : null;
        return price == null
                ? new EventCounter(event, ledger, above, 0, 0)
                : new EventCounter(event, ledger, above, price.ns(), price.nsPerByte());
    }
}

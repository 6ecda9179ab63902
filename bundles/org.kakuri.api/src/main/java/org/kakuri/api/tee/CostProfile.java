package org.kakuri.api.tee;

import java.util.Map;
import java.util.Optional;

/**
 * Prices of architectural events on one platform. An event without a sourced price is absent here: it is counted and not
 * charged, and the total is then a lower bound.
 *
 * @param id file-name-like identity, what {@code tee:calibrate} takes
 * @param title one line
 * @param platform processor, clock, firmware
 * @param architecture which machines it is for, {@link Machine#ARM} and so on
 * @param prices by event name
 */
public record CostProfile(String id, String title, String platform, String architecture, Map<String, Price> prices) {
    /** The profile that charges nothing and says so. */
    public static final CostProfile UNPRICED = new CostProfile("unpriced", "every event counted, none charged", "none",
            Machine.ANY, Map.of());

    /** Copies the prices. */
    public CostProfile {
        prices = Map.copyOf(prices);
    }

    /** Returns the price of an event, empty if it is unset. */
    public Optional<Price> price(String event) {
        return Optional.ofNullable(prices.get(event));
    }

    /** Returns the charge in ns for the counts; a lower bound if any event in it is unset or not exactly seen. */
    public Charge charge(LedgerSnapshot counts) {
        double total = 0;
        boolean complete = true;
        for (var entry : counts.counts().entrySet()) {
            EventCount count = entry.getValue();
            Optional<Price> price = price(entry.getKey());
            if (price.isPresent()) {
                total += count.count() * price.get().ns() + count.bytes() * price.get().nsPerByte();
            }
            complete &= count.count() == 0
                    || price.isPresent() && count.observability() == org.kakuri.api.Observability.EXACT;
        }
        return new Charge(total, complete);
    }

    /**
     * A sum of prices.
     *
     * @param ns nanoseconds
     * @param complete false if an event had no price, so that the sum prints with a leading {@code ≥} and is not ranked
     */
    public record Charge(double ns, boolean complete) {
        @Override
        public String toString() {
            return (complete ? "" : "≥ ") + Math.round(ns) + " ns";
        }
    }
}

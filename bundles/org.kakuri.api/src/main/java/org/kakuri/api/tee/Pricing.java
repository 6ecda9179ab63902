package org.kakuri.api.tee;

/**
 * How an instance charges its events.
 *
 * @param profile the prices
 * @param injected whether the price is really waited for at each event (results are then {@code injected})
 */
public record Pricing(CostProfile profile, boolean injected) {
    /** Count only. */
    public static final Pricing NONE = new Pricing(CostProfile.UNPRICED, false);
}

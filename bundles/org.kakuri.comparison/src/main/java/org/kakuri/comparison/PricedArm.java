package org.kakuri.comparison;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.kakuri.api.Label;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.LedgerSnapshot;

/** What counted events cost at given prices. No wall clock is in it, and nothing is run if it was run already. */
public final class PricedArm implements Arm {
    private final ArmInfo info;
    private final Supplier<LedgerSnapshot> counted;

    /**
     * Makes one.
     *
     * @param name name of the arm
     * @param title what it is about
     * @param counted events of one run of the backend
     * @param prices of these
     */
    public PricedArm(String name, String title, Supplier<LedgerSnapshot> counted, CostProfile prices) {
        this.info = new ArmInfo(name, title, Label.MODELLED, Map.of(), List.of(), prices);
        this.counted = counted;
    }

    @Override
    public ArmInfo info() {
        return info;
    }

    @Override
    public void measure(int iterations, SampleSink sink) {
        LedgerSnapshot events = counted.get();
        sink.sample(cost(events, info.profile()));
        sink.events(events);
    }

    /**
     * Returns what events cost, in ns.
     *
     * @throws IllegalArgumentException if one has no price
     */
    public static double cost(LedgerSnapshot events, CostProfile prices) {
        CostProfile.Charge charge = prices.charge(events);
        if (!charge.complete()) {
            throw new IllegalArgumentException("an event has no price: " + events.counts().keySet());
        }
        return charge.ns();
    }
}

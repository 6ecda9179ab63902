package org.kakuri.comparison;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kakuri.api.Label;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.LedgerSnapshot;

/** What the events of a session with one command cost at given prices: no wall clock is in it. */
public final class ModelledArm implements Arm {
    private static final int RUNS = 2;

    private final ArmInfo info;
    private final Guests guests;

    /**
     * Makes one.
     *
     * @param name name of the arm
     * @param title what it runs
     * @param guests runs it
     * @param prices of its backend's events
     */
    public ModelledArm(String name, String title, Guests guests, CostProfile prices) {
        this.info = new ArmInfo(name, title, Label.MODELLED, Map.of("runtime", guests.lease().runtime().name()),
                List.of(), prices);
        this.guests = guests;
    }

    @Override
    public ArmInfo info() {
        return info;
    }

    @Override
    public void measure(int iterations, SampleSink sink) {
        LedgerSnapshot events = LedgerSnapshot.EMPTY;
        for (int i = 0; i < Math.min(iterations, RUNS); i++) {
            var own = new TreeMap<>(guests.whole().events().counts());
            own.keySet().retainAll(guests.lease().backend().events().keySet());
            var counted = new LedgerSnapshot(own);
            CostProfile.Charge charge = info.profile().charge(counted);
            if (!charge.complete()) {
                sink.failure("an event has no price: " + counted.counts().keySet());
            }
            sink.sample(charge.ns());
            events = events.plus(counted);
        }
        sink.events(events);
    }
}

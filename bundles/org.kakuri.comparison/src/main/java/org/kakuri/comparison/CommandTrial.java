package org.kakuri.comparison;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.CostProfile;

/** One command in a new session, natively and in both runtimes: measured, and modelled at assumed prices. */
public final class CommandTrial implements Trial {
    /** Ends the names of arms with prices. */
    public static final String MODELLED = ".modelled";
    private static final String FIDELITY = "fidelity";
    private final Pairs pairs;
    private final List<Arm> arms = new ArrayList<>();

    /**
     * Opens it.
     *
     * @param most most samples of a block: runs are long
     * @param pairs what is compared; closed with the trial
     */
    public CommandTrial(Point point, TrialContext context, int most, Pairs pairs) {
        this(point, context, most, pairs, Map::of);
    }

    /**
     * Opens it.
     *
     * @param most most samples of a block: runs are long
     * @param pairs what is compared; closed with the trial
     * @param extras tells more about the runs since it was last asked, for one run
     */
    public CommandTrial(Point point, TrialContext context, int most, Pairs pairs,
            Supplier<Map<String, Double>> extras) {
        this.pairs = pairs;
        try {
            arms.add(new WholeArm(Pairs.NATIVE, "an ordinary process", pairs.natively(), most, Map::of));
            both(Pairs.APART, pairs.apart(FIDELITY), point, context, most, extras);
            both(Pairs.TOGETHER, pairs.together(FIDELITY), point, context, most, extras);
        } catch (RuntimeException e) {
            pairs.close();
            throw e;
        }
    }

    private void both(String role, Guests guests, Point point, TrialContext context, int most,
            Supplier<Map<String, Double>> extras) {
        String title = guests.lease().cell().meaning();
        arms.add(new WholeArm(role, title, guests, most, extras));
        BackendInfo backend = guests.lease().backend();
        if (AssumedPrices.cover(backend.events().keySet())) {
            CostProfile prices = AssumedPrices.end(point.text("prices"), backend.architecture());
            arms.add(new ModelledArm(role + MODELLED, title + ", at assumed prices", guests, prices));
        } else {
            context.skipped(role + MODELLED, "events of backend " + backend.name() + " have no assumed prices");
        }
    }

    @Override
    public List<Arm> arms() {
        return List.copyOf(arms);
    }

    @Override
    public void close() {
        pairs.close();
    }
}

package org.kakuri.system.runtimes.internal;

import java.util.ArrayList;
import java.util.List;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.CostProfile;

/** One command in a new session, natively and in both runtimes: measured, and modelled at assumed prices. */
final class CommandTrial implements Trial {
    static final String MODELLED = ".modelled";
    private static final String FIDELITY = "fidelity";
    private final Pairs pairs;
    private final List<Arm> arms = new ArrayList<>();

    CommandTrial(Point point, TrialContext context, int most, String program, String... arguments) {
        pairs = new Pairs(context, point, program);
        try {
            arms.add(new WholeArm(Pairs.NATIVE, "an ordinary process", pairs.natively(), most, arguments));
            both(Pairs.APART, pairs.apart(FIDELITY), point, context, most, arguments);
            both(Pairs.TOGETHER, pairs.together(FIDELITY), point, context, most, arguments);
        } catch (RuntimeException e) {
            pairs.close();
            throw e;
        }
    }

    private void both(String role, Guests guests, Point point, TrialContext context, int most, String... arguments) {
        String title = guests.lease().cell().meaning();
        arms.add(new WholeArm(role, title, guests, most, arguments));
        BackendInfo backend = guests.lease().backend();
        if (AssumedPrices.cover(backend.events().keySet())) {
            CostProfile prices = AssumedPrices.end(point.text("prices"), backend.architecture());
            arms.add(new ModelledArm(role + MODELLED, title + ", at assumed prices", guests, prices, arguments));
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

package org.kakuri.engine.internal.report;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.kakuri.api.Label;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Parameter.Kind;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.Price;
import org.kakuri.engine.ClaimReport.Provenance;
import org.kakuri.engine.internal.record.RunSpec;
import org.kakuri.engine.internal.record.TrialRecord;
import org.kakuri.engine.internal.record.TrialRecord.ArmRecord;

/**
 * What a claim's value rests on. A parameter without a source makes it assumed; so does a number or size that is none of the
 * sourced defaults, for the source says nothing about it. Backends and runtimes name what was measured and are no assumptions.
 * Where prices took part the value is predicted, or assumed if one of them was not verified.
 */
final class Provenances {
    private final RunSpec spec;
    private final List<String> notes;
    private Provenance worst = Provenance.MEASURED;
    private boolean priced = true;

    Provenances(RunSpec spec, List<String> notes) {
        this.spec = spec;
        this.notes = notes;
    }

    Provenance worst() {
        return worst;
    }

    /** Returns whether every event in arms that were charged had a price. */
    boolean priced() {
        return priced;
    }

    /** Counts the parameters of the trials a value comes from. */
    void parameters(List<TrialRecord> trials) {
        for (Parameter parameter : spec.info().parameters()) {
            if (parameter.kind() == Kind.BACKEND || parameter.kind() == Kind.RUNTIME) {
                continue;
            }
            var used = new TreeSet<String>();
            trials.forEach(trial -> used.add(trial.point().text(parameter.name())));
            if (parameter.source().isBlank()) {
                worsen(Provenance.ASSUMED, "assumed: " + parameter.name() + "=" + String.join(",", used)
                        + " has no source");
            } else {
                used.retainAll(spec.unsourced().getOrDefault(parameter.name(), List.of()));
                if (!used.isEmpty()) {
                    worsen(Provenance.ASSUMED, "assumed: " + parameter.name() + "=" + String.join(",", used)
                            + " is not among the sourced values " + String.join(",", parameter.defaults()));
                }
            }
        }
    }

    /** Counts an arm and the prices it was charged. */
    void arm(ArmRecord arm) {
        Label label = arm.info().label();
        if (label != Label.INJECTED && label != Label.MODELLED) {
            return;
        }
        worsen(Provenance.PREDICTED, "predicted: arm " + arm.info().name() + " is charged by cost profile "
                + arm.info().profile().id());
        Map<String, Price> prices = arm.info().profile().prices();
        if (arm.events().isEmpty()) {
            prices.forEach((event, price) -> verified(arm, event, price));
            return;
        }
        for (Map.Entry<String, EventCount> each : arm.events().get().counts().entrySet()) {
            Price price = prices.get(each.getKey());
            if (each.getValue().count() == 0) {
                continue;
            }
            if (price == null) {
                priced = false;
                note("lower bound: " + each.getKey() + " has no price in cost profile " + arm.info().profile().id());
            } else {
                verified(arm, each.getKey(), price);
            }
        }
    }

    private void verified(ArmRecord arm, String event, Price price) {
        if (!price.verified()) {
            worsen(Provenance.ASSUMED, "assumed: price of " + event + " in cost profile " + arm.info().profile().id()
                    + " was not verified at its source");
        }
    }

    private void worsen(Provenance provenance, String note) {
        worst = provenance.compareTo(worst) > 0 ? provenance : worst;
        note(note);
    }

    private void note(String note) {
        if (!notes.contains(note)) {
            notes.add(note);
        }
    }
}

package org.kakuri.system.scwatcher.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.api.vm.VirtualMachines;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** scw/accuracy: what a guest's own /proc says against what its memory says from outside. */
@Component(service = Experiment.class)
public final class AccuracyExperiment implements Experiment {
    static final String ID = "scw/accuracy";
    static final String OUTSIDE = "outside";

    private static final ExperimentInfo INFO = new ExperimentInfo(ID, ScwSystem.NAME,
            "the guest's own /proc against the one made from its memory",
            "Do processes and sockets seen from outside equal those that the guest shows itself, also while it starts "
                    + "processes all the time?",
            "rows that differ",
            List.of(new Parameter("tasks", "processes of the guest beside its daemons", Parameter.Kind.NUMBER,
                    List.of("20", "200"), List.of(), 0, 1000, "our goal: also with 200 processes and 100 sockets"),
                    new Parameter("sockets", "listening sockets beside the daemons'", Parameter.Kind.NUMBER,
                            List.of("10", "100"), List.of(), 0, 500,
                            "our goal: also with 200 processes and 100 sockets"),
                    new Parameter("storm", "whether processes come and go meanwhile", Parameter.Kind.CHOICE,
                            List.of("no", "yes"), List.of("no", "yes"), 0, 0, "")),
            List.of(zero("processes"), zero("sockets"), zero("skipped")),
            new ExperimentInfo.Figure("storm", "", "rows that differ"));

    private final VirtualMachines machines;
    private final Introspection introspection;

    /** Takes what boots guests and looks into them. */
    @Activate
    public AccuracyExperiment(@Reference VirtualMachines machines, @Reference Introspection introspection) {
        this.machines = machines;
        this.introspection = introspection;
    }

    private static ClaimSpec zero(String extra) {
        return new ClaimSpec("scw.accuracy." + extra, "no " + extra + " differ, or are left out", ClaimSpec.Kind.GOAL,
                "count", Double.NEGATIVE_INFINITY, 0, new ClaimSpec.MaxExtra(OUTSIDE, extra), Map.of(),
                Optional.empty(),
                "our goal");
    }

    @Override
    public ExperimentInfo info() {
        return INFO;
    }

    @Override
    public Trial open(Point point, TrialContext context) {
        VirtualMachine guest = GuestTrial.boot(machines, context.deadline(), (int) point.number("tasks"),
                (int) point.number("sockets"));
        try {
            return new AccuracyTrial(guest, introspection, point.text("storm").equals("yes"));
        } catch (RuntimeException e) {
            guest.close();
            throw e;
        }
    }
}

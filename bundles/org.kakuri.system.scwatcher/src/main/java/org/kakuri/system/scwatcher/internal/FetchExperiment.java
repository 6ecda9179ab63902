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

/** scw/fetch: what it costs to bring the guest's memory into an enclave, by when it is fetched. */
@Component(service = Experiment.class)
public final class FetchExperiment implements Experiment {
    static final String ID = "scw/fetch";
    static final String WALK = "walk";
    static final String PROCESSES = "processes";
    static final String SOCKETS = "sockets";
    static final String DIRECT = "direct";
    static final String PER_FIELD = "per-field";
    static final String CACHED = "cached";
    static final String BATCHED = "batched";

    private static final ExperimentInfo INFO = new ExperimentInfo(ID, ScwSystem.NAME,
            "walks through a guest's memory, fetched encrypted page by page",
            "How long does one walk through the guest's processes or sockets take when each field's page is fetched through "
                    + "the enclave's border, encrypted, as the source does; and when pages are kept for one moment, or come "
                    + "in batches (the source's open point)?",
            "ns",
            List.of(new Parameter(WALK, "what is walked through", Parameter.Kind.CHOICE, List.of(PROCESSES, SOCKETS),
                    List.of(PROCESSES, SOCKETS), 0, 0, "ps and netstat are what the source measures"),
                    new Parameter("tasks", "processes of the guest beside its daemons", Parameter.Kind.NUMBER,
                            List.of("15"), List.of(), 0, 1000, "our goal is stated for 70 processes in all")),
            List.of(claim("cached",
                    "a warm walk with a page cache takes at most 1/8 of one that fetches for each field",
                    CACHED, 1.0 / 8),
                    claim("batched", "with batches at most 1/8, too", BATCHED, 1.0 / 8),
                    new ClaimSpec("scw.fetch.direct", "a walk without an enclave takes at most 1 ms",
                            ClaimSpec.Kind.GOAL, "ms", Double.NEGATIVE_INFINITY, 1,
                            new ClaimSpec.MaxExtra(DIRECT, "walk.median.ms"), Map.of(WALK, PROCESSES),
                            Optional.empty(), "our goal")),
            new ExperimentInfo.Figure(WALK, DIRECT, "time of a walk relative to direct access"));

    private final VirtualMachines machines;
    private final Introspection introspection;

    /** Takes what boots guests and looks into them. */
    @Activate
    public FetchExperiment(@Reference VirtualMachines machines, @Reference Introspection introspection) {
        this.machines = machines;
        this.introspection = introspection;
    }

    private static ClaimSpec claim(String name, String text, String arm, double high) {
        return new ClaimSpec("scw.fetch." + name, text, ClaimSpec.Kind.GOAL, "ratio", Double.NEGATIVE_INFINITY, high,
                new ClaimSpec.MeanRatioOfMedians(arm, PER_FIELD), Map.of(WALK, PROCESSES), Optional.empty(),
                "our goal");
    }

    @Override
    public ExperimentInfo info() {
        return INFO;
    }

    @Override
    public Trial open(Point point, TrialContext context) {
        VirtualMachine guest = GuestTrial.boot(machines, context.deadline(), (int) point.number("tasks"), 0);
        try {
            return new FetchTrial(guest, introspection, point.text(WALK), context);
        } catch (RuntimeException e) {
            guest.close();
            throw e;
        }
    }
}

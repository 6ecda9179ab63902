package org.kakuri.system.scwatcher.internal;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.kakuri.api.Label;
import org.kakuri.api.Unsupported;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Parameter.Kind;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachines;
import org.kakuri.comparison.AssumedPrices;
import org.kakuri.comparison.Pairs;
import org.kakuri.comparison.Parameters;
import org.kakuri.comparison.PricedArm;
import org.kakuri.comparison.Projection;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * scw/sensitivity: how the ratio of the two runtimes depends on what nobody has published. Events are counted once for each tool, in
 * small instances, and projected to all sizes; only the first point of a tool runs anything.
 */
@Component(service = Experiment.class)
public final class SensitivityExperiment implements Experiment {
    static final String ID = "scw/sensitivity";
    private static final String TOOL = "tool";
    private static final long RUN_MEMORY = 64 << 20;
    private static final long RUN_HEAP = 1 << 20;

    private static final ExperimentInfo INFO = new ExperimentInfo(ID, ScwSystem.NAME,
            "SCONE-like and Occlum-like by what is not published",
            "How does the time with one instance for all, divided by that with one for each process, depend on the sizes of "
                    + "instances and on prices? SCwatcher reports 5.3 to 8.4 for ps and netstat, and 1/3.2 for chkrootkit.",
            "ratio",
            Parameters.of(List.of("32m", "64m", "128m", "288m", "512m", "1g"), "", List.of("1m", "4m", "20m", "64m"),
                    "",
                    new Parameter(TOOL, "what runs", Kind.CHOICE, List.of("ps", "netstat", "tcpd"),
                            List.of("ps", "netstat", "tcpd"), 0, 0, "what the source measures")),
            List.of(), new ExperimentInfo.Figure("memory", "", "one instance for all : one for each process"));

    private final BundleContext bundle;
    private final VirtualMachines machines;
    private final Introspection introspection;
    private final Map<String, Counted> known = new ConcurrentHashMap<>();

    /** Events of one run in each of the two. */
    private record Counted(BackendInfo backend, LedgerSnapshot apart, LedgerSnapshot together) {}

    /** Takes what boots guests and looks into them. */
    @Activate
    public SensitivityExperiment(BundleContext bundle, @Reference VirtualMachines machines,
            @Reference Introspection introspection) {
        this.bundle = bundle;
        this.machines = machines;
        this.introspection = introspection;
    }

    @Override
    public ExperimentInfo info() {
        return INFO;
    }

    @Override
    public Trial open(Point point, TrialContext context) {
        String key = String.join(" ", point.text(TOOL), point.text("tee"), point.text(Pairs.APART),
                point.text(Pairs.TOGETHER));
        Counted counted = known.computeIfAbsent(key, _ -> count(point, context));
        if (counted.backend.events().isEmpty() || !AssumedPrices.cover(counted.backend.events().keySet())) {
            throw new Unsupported("events of backend %s have no assumed prices".formatted(counted.backend.name()), "");
        }
        LedgerSnapshot apart = Projection.of(counted.apart, point.number("heap") - RUN_HEAP);
        LedgerSnapshot together = Projection.of(counted.together, point.number("memory") - RUN_MEMORY);
        List<Arm> arms = List.of(arm("low", counted.backend, apart, together),
                arm("high", counted.backend, apart, together));
        return new Trial() {
            @Override
            public List<Arm> arms() {
                return arms;
            }

            @Override
            public void close() {}
        };
    }

    private Counted count(Point point, TrialContext context) {
        Tool tool = Tool.valueOf(point.text(TOOL).toUpperCase(Locale.ROOT));
        Map<String, String> small = new java.util.HashMap<>(point.values());
        small.putAll(Map.of(ToolParameters.RUN_MEMORY, Long.toString(RUN_MEMORY), ToolParameters.RUN_HEAP,
                Long.toString(RUN_HEAP), ToolParameters.FETCH, "cached"));
        try (ToolTrial trial = new ToolTrial(tool,
                GuestTrial.boot(machines, context.deadline(), 15, 0, Tool.INFECTED), bundle, introspection,
                new Point(small), context)) {
            return new Counted(trial.backend(), trial.count(Pairs.APART), trial.count(Pairs.TOGETHER));
        }
    }

    private static Arm arm(String end, BackendInfo backend, LedgerSnapshot apart, LedgerSnapshot together) {
        CostProfile prices = AssumedPrices.end(end, backend.architecture());
        double ratio = PricedArm.cost(together, prices) / PricedArm.cost(apart, prices);
        ArmInfo info = new ArmInfo(end, "prices at their " + end + " end", Label.MODELLED, Map.of(), List.of(), prices);
        return new Arm() {
            @Override
            public ArmInfo info() {
                return info;
            }

            @Override
            public void measure(int iterations, SampleSink sink) {
                sink.sample(ratio);
                sink.events(together);
            }
        };
    }
}

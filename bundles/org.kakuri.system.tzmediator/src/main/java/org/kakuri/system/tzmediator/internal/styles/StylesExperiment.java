package org.kakuri.system.tzmediator.internal.styles;

import java.nio.file.Path;
import java.util.List;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Parameter.Kind;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.system.tzmediator.ca.Payload;
import org.kakuri.system.tzmediator.internal.TzMediator;
import org.kakuri.system.tzmediator.internal.process.CaPrograms;
import org.kakuri.system.tzmediator.internal.process.Mechanism;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** tz/styles: the same TA reached by GlobalPlatform's own API and by POSIX. */
@Component
public final class StylesExperiment implements Experiment {
    /** The experiment's id. */
    public static final String ID = "tz/styles";

    private static final int WARMUP_ROUNDS = 20_000;

    private static final String OURS = "a request of one cache line, of a page, and the largest of tz/ipc";
    private static final ExperimentInfo INFO = new ExperimentInfo(ID, TzMediator.NAME,
            "one TA, by GlobalPlatform's API and by POSIX",
            "What does it cost to reach a TA by POSIX calls instead of TEEC_InvokeCommand? "
                    + "The source reports at most 15 % more run time for DarkneTZ.",
            "ns",
            List.of(new Parameter("size", "bytes of a request and of its reply", Kind.SIZE, List.of("64", "4k", "64k"),
                    List.of(), 1, Payload.MAX, OURS),
                    new Parameter("work", "blocks of SHA-256 that the TA computes for each request", Kind.NUMBER,
                            List.of("0", StylesClaims.REAL_WORK), List.of(), 0, 1_000_000,
                            "nothing, so that the call is all there is; and about what an inference of tz/darknet takes"),
                    new Parameter("mechanism", "what carries the bytes in POSIX style", Kind.CHOICE, List.of("pipe"),
                            Mechanism.ALL.values()
                                    .stream()
                                    .filter(m -> m.kind().equals(Mechanism.STREAM))
                                    .map(Mechanism::name)
                                    .sorted()
                                    .toList(),
                            0, 0, "as in tz/ipc"),
                    new Parameter("tee", "backend whose TAs are called", Kind.BACKEND, List.of("trustzone"), List.of(),
                            0,
                            0, "GlobalPlatform's API is that of TAs"),
                    new Parameter("runtime",
                            "runtime that is leased with it; the TA is Java code and does not run in it",
                            Kind.RUNTIME, List.of("wasm"), List.of(), 0, 0, "any that fits the backend")),
            StylesClaims.all(),
            new ExperimentInfo.Figure("size", StyleArms.REGISTERED,
                    "request and reply relative to TEEC_InvokeCommand"));

    private final CaPrograms programs;
    private final int warmup;

    /** Takes the folder for compiled guests. */
    @Activate
    public StylesExperiment(BundleContext context) {
        this(CaPrograms.cache(context), System.getenv().getOrDefault("PATH", ""), WARMUP_ROUNDS);
    }

    StylesExperiment(Path cache, String searchPath, int warmup) {
        this.programs = new CaPrograms(cache, searchPath);
        this.warmup = warmup;
    }

    @Override
    public ExperimentInfo info() {
        return INFO;
    }

    @Override
    public Trial open(Point point, TrialContext context) {
        return StylesTrial.open(point, context, programs, warmup);
    }
}

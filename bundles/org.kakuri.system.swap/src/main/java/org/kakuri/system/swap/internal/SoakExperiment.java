package org.kakuri.system.swap.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.HotSwap;
import org.kakuri.api.runtime.LoaderWatch;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** swap/soak: many swaps and updates under load; counts lost and doubled calls, restarts and what is left behind. */
@Component(service = Experiment.class)
public final class SoakExperiment implements Experiment {
    static final String ID = "swap/soak";
    static final String SWAP = "swap";
    static final String UPDATE = "update";

    /** Blocks that the swaps and updates are spread over: what the engine measures by default, three to warm up and twelve. */
    static final int ROUNDS = 15;

    private static final String GOAL = "our goal";
    private static final ExperimentInfo INFO = new ExperimentInfo(ID, SwapSystem.NAME,
            "swaps and updates under load: nothing lost, nothing doubled, nothing left",
            "Do callers lose or repeat a call, is a consumer restarted, does anything grow, while backends are swapped and "
                    + "backends, runtime and a system are updated? How long does a new lease wait for the routing?",
            "ns", Parameters.of(1000, 100, 8),
            List.of(zero("lost", UPDATE, "no call is lost"), zero("lost.swap", SWAP, "no call is lost by a swap"),
                    zero("doubled", UPDATE, "no call has its effect twice"),
                    zero("doubled.swap", SWAP, "no call has its effect twice because of a swap"),
                    zero("leaks", UPDATE, "nothing grows, no class loader and no process is left"),
                    zero("leaks.swap", SWAP, "nothing grows by swaps"),
                    zero("restarts", UPDATE, "no bundle but the updated ones is restarted"),
                    complete("swaps", SWAP), complete("updates", UPDATE)),
            new ExperimentInfo.Figure("callers", "", "routing of a swap or update, ns"));

    private final HotSwap swaps;
    private final LoaderWatch loaders;
    private final BundleContext context;

    /** Takes what swaps and what watches. */
    @Activate
    public SoakExperiment(@Reference HotSwap swaps, @Reference LoaderWatch loaders, BundleContext context) {
        this.swaps = swaps;
        this.loaders = loaders;
        this.context = context;
    }

    private static ClaimSpec zero(String extra, String arm, String text) {
        return claim(extra, text, Double.NEGATIVE_INFINITY, 0, arm, extra.split("\\.")[0], "count");
    }

    private static ClaimSpec complete(String what, String arm) {
        return claim(what, "all " + what + " that were asked for were done", 1, Double.POSITIVE_INFINITY, arm,
                "completed", "ratio");
    }

    private static ClaimSpec claim(String name, String text, double low, double high, String arm, String extra,
            String unit) {
        return new ClaimSpec("swap.soak." + name, text, ClaimSpec.Kind.GOAL, unit, low, high,
                new ClaimSpec.MaxExtra(arm, extra), Map.of(), Optional.empty(), GOAL);
    }

    @Override
    public ExperimentInfo info() {
        return INFO;
    }

    @Override
    public Trial open(Point point, TrialContext trial) {
        return new SoakTrial(point, trial, Stage.open(point, trial, swaps, context), loaders);
    }
}

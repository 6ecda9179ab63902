package org.kakuri.system.swap.internal;

import java.util.List;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.HotSwap;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** swap/downtime: how long a caller waits for a lease and a session while something is swapped or updated. */
@Component(service = Experiment.class)
public final class DowntimeExperiment implements Experiment {
    static final String ID = "swap/downtime";
    static final String QUIET = "quiet";

    private static final ExperimentInfo INFO = new ExperimentInfo(ID, SwapSystem.NAME,
            "a caller's wait for a lease and a session during swaps and updates",
            "How much longer does a caller wait for a new lease and an open session while a backend is swapped, or a "
                    + "backend, runtime or system is updated, than in quiet?",
            "ns", Parameters.of(150, 45, 4), List.of(),
            new ExperimentInfo.Figure("callers", QUIET, "wait for a session relative to quiet"));

    private final HotSwap swaps;
    private final BundleContext context;

    /** Takes what swaps. */
    @Activate
    public DowntimeExperiment(@Reference HotSwap swaps, BundleContext context) {
        this.swaps = swaps;
        this.context = context;
    }

    @Override
    public ExperimentInfo info() {
        return INFO;
    }

    @Override
    public Trial open(Point point, TrialContext trial) {
        return new DowntimeTrial(point, trial, Stage.open(point, trial, swaps, context));
    }
}

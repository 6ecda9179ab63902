package org.kakuri.system.runtimes.internal;

import java.util.List;
import java.util.Map;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.comparison.Claims;
import org.kakuri.comparison.CommandTrial;
import org.kakuri.comparison.Pairs;
import org.kakuri.comparison.Parameters;
import org.kakuri.comparison.Task;
import org.osgi.service.component.annotations.Component;

/** rt/start: a session with one short command, from nothing to its end, against the size of the instance. */
@Component
public final class StartExperiment implements Experiment {
    private static final int MOST = 4;
    private static final ExperimentInfo INFO = new ExperimentInfo(RuntimesSystem.START, RuntimesSystem.NAME,
            "starting one command",
            "How long does one command take from nothing, with an instance for each process and with one for all? "
                    + "SCwatcher reports single commands 5.3 to 8.4 times faster with SCONE than with Occlum.",
            "ns", Parameters.of(List.of("32m", "128m"), List.of("1m", "8m"), Parameters.prices()),
            List.of(Claims.reported("rt.start.wall", "A single command is faster with an instance for each process "
                    + "(wall clock of this machine)", 5.3, 8.4, Pairs.TOGETHER, Pairs.APART, Map.of(),
                    "SCwatcher: netstat and ps alone, on hardware"),
                    Claims.atLeast("rt.start.modelled", "A single command is several times faster with an instance for "
                            + "each process, at both ends of the assumed prices", 2,
                            Pairs.TOGETHER
                                    + CommandTrial.MODELLED,
                            Pairs.APART + CommandTrial.MODELLED, Map.of())),
            new ExperimentInfo.Figure("memory", Pairs.NATIVE, "time of one command relative to native"));

    @Override
    public ExperimentInfo info() {
        return INFO;
    }

    @Override
    public Trial open(Point point, TrialContext context) {
        return new CommandTrial(point, context, MOST, new Pairs(context, point, Task.of("/bin/true")));
    }
}

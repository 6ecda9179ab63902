package org.kakuri.system.runtimes.internal;

import java.util.List;
import java.util.Map;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.comparison.Claims;
import org.kakuri.comparison.CommandTrial;
import org.kakuri.comparison.Pairs;
import org.kakuri.comparison.Parameters;
import org.kakuri.comparison.Task;
import org.osgi.service.component.annotations.Component;

/** rt/spawn: a shell that starts many programs, one after the other: an instance for each against one for all. */
@Component
public final class SpawnExperiment implements Experiment {
    private static final int MOST = 2;
    private static final String PROCESSES = "processes";
    private static final Map<String, String> MANY = Map.of(PROCESSES, "64");
    private static final Map<String, String> ONE = Map.of(PROCESSES, "1");
    private static final ExperimentInfo INFO = new ExperimentInfo(RuntimesSystem.SPAWN, RuntimesSystem.NAME,
            "many processes",
            "From how many processes on does one instance for all pay off against an instance for each? "
                    + "SCwatcher reports chkrootkit's tcpd check 3.2 times faster with Occlum than with SCONE.",
            "ns",
            Parameters.of(List.of("64m"), List.of("1m", "8m"),
                    new Parameter(PROCESSES, "programs that the shell starts", Parameter.Kind.NUMBER,
                            List.of("1", "8", "64"), List.of(), 1, 10_000, "our choice"),
                    Parameters.prices()),
            List.of(Claims.atLeast("rt.spawn.wall",
                    "64 programs are faster in one instance (wall clock of this machine)", 1, Pairs.APART,
                    Pairs.TOGETHER, MANY),
                    Claims.atLeast("rt.spawn.modelled", "64 programs are faster in one instance, at both ends of the "
                            + "assumed prices", 1.5, Pairs.APART + CommandTrial.MODELLED,
                            Pairs.TOGETHER
                                    + CommandTrial.MODELLED,
                            MANY),
                    Claims.atLeast("rt.spawn.one", "One program is faster with an instance for each process, at both "
                            + "ends of the assumed prices", 1.5, Pairs.TOGETHER + CommandTrial.MODELLED,
                            Pairs.APART
                                    + CommandTrial.MODELLED,
                            ONE)),
            new ExperimentInfo.Figure(PROCESSES, Pairs.NATIVE, "time relative to native"));

    @Override
    public ExperimentInfo info() {
        return INFO;
    }

    @Override
    public Trial open(Point point, TrialContext context) {
        String script = "i=0; while [ $i -lt %d ]; do /bin/true; i=$((i + 1)); done".formatted(point.number(PROCESSES));
        return new CommandTrial(point, context, MOST,
                new Pairs(context, point, Task.of("/bin/dash", "-c", script)));
    }
}

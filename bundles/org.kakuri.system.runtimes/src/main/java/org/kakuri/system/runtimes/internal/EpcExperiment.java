package org.kakuri.system.runtimes.internal;

import java.util.List;
import org.kakuri.api.Observability;
import org.kakuri.api.Unsupported;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.comparison.Pairs;
import org.kakuri.comparison.Parameters;
import org.osgi.service.component.annotations.Component;

/**
 * rt/epc: a program whose working set passes the size of the enclave page cache. It needs a runtime that sees which pages its
 * guests touch, as the event {@value #TOUCH}; one that does not is told so, because a curve made up from anything else would say
 * nothing.
 */
@Component
public final class EpcExperiment implements Experiment {
    /** Event that a runtime declares if it sees the pages its guests touch. */
    static final String TOUCH = "page.touch";
    private static final ExperimentInfo INFO = new ExperimentInfo(RuntimesSystem.EPC, RuntimesSystem.NAME,
            "a working set larger than the page cache",
            "How much slower does a program become when its working set passes the enclave page cache?", "ns",
            Parameters.of(List.of("64m", "128m", "256m", "320m"), List.of("1m")), List.of(),
            new ExperimentInfo.Figure("memory", "", "time of one pass"));

    @Override
    public ExperimentInfo info() {
        return INFO;
    }

    @Override
    public Trial open(Point point, TrialContext context) {
        RuntimeInfo runtime = context.workbench().runtime(point.text(Pairs.TOGETHER));
        Observability seen = runtime.observability().getOrDefault(TOUCH, Observability.UNOBSERVED);
        throw new Unsupported("runtime %s sees of the pages its guests touch: %s; no paging can be counted".formatted(
                runtime.name(), seen.name().toLowerCase(java.util.Locale.ROOT)),
                "no runtime here serves the page faults of its guests yet");
    }
}

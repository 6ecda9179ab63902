package org.kakuri.system.runtimes.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.Observability;
import org.kakuri.api.Unsupported;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Parameter.Kind;
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
    /** Event: one of them had been evicted. */
    static final String RELOAD = "page.reload";
    static final String WORKING = "working";
    static final String PASSES = "passes";
    private static final ExperimentInfo INFO = new ExperimentInfo(RuntimesSystem.EPC, RuntimesSystem.NAME,
            "a working set larger than the page cache",
            "How much slower does a program become when its working set passes the enclave page cache? It goes over its "
                    + "memory page by page, again and again.",
            "ns",
            List.of(new Parameter("tee", "backend whose instance holds the program", Kind.BACKEND, List.of("sgx"),
                    List.of(), 0, 0, "SGX is the one with a page cache"),
                    new Parameter(Pairs.APART, "runtime that sees the pages its guests touch", Kind.RUNTIME,
                            List.of("scone"), List.of(), 0, 0, "our choice"),
                    new Parameter(WORKING, "bytes the program goes over", Kind.SIZE,
                            List.of("64m", "224m", "288m", "320m"), List.of(), 4096, 1L << 32, "our choice"),
                    new Parameter(PASSES, "how often it goes over them", Kind.NUMBER, List.of("2"), List.of(), 2, 1000,
                            "our choice")),
            List.of(new ClaimSpec("rt.epc.exact", "A sequential scan brings back no page while it fits the page cache, "
                    + "and beyond it each page in each further pass, to the page", ClaimSpec.Kind.GOAL, "pages", 0, 0,
                    new ClaimSpec.MaxExtra(Pairs.APART, EpcTrial.OFF), Map.of(), Optional.empty(),
                    "least recently loaded first, by hand")),
            new ExperimentInfo.Figure(WORKING, "", "time for each visit of a page"));

    @Override
    public ExperimentInfo info() {
        return INFO;
    }

    @Override
    public Trial open(Point point, TrialContext context) {
        RuntimeInfo runtime = context.workbench().runtime(point.text(Pairs.APART));
        Observability seen = runtime.observability().getOrDefault(TOUCH, Observability.UNOBSERVED);
        if (seen != Observability.EXACT) {
            throw new Unsupported(
                    "runtime %s sees of the pages its guests touch: %s; no paging can be counted".formatted(
                            runtime.name(), seen.name().toLowerCase(java.util.Locale.ROOT)),
                    "take one that declares the event " + TOUCH);
        }
        return new EpcTrial(point, context);
    }
}

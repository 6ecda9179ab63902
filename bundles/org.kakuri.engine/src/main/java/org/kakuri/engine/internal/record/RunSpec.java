package org.kakuri.engine.internal.record;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Point;
import org.kakuri.engine.RunReport.Skipped;

/**
 * What a run set out to do: the content of {@code run.json}.
 *
 * @param id of the result
 * @param started when
 * @param info the experiment as it was then, claims included
 * @param values of each parameter
 * @param unsourced numbers and sizes among them that are none of their parameter's defaults
 * @param points how many points the sweep has
 * @param skipped what was left out before the first trial
 * @param blocks measured blocks of each arm
 * @param iterations samples in a block, 0 if calibrated
 * @param warmup blocks for warm-up
 * @param timeoutMillis time limit of a trial
 * @param strict whether a missed <i>reproduces</i> claim sets the exit code
 * @param seed of order and bootstrap
 * @param commandLine the command that repeats it
 * @param bundles symbolic name and version to SHA-256 of the jar, or why there is none
 */
public record RunSpec(String id, Instant started, ExperimentInfo info, Map<String, List<String>> values,
        Map<String, List<String>> unsourced, int points, List<Skipped> skipped, int blocks, int iterations, int warmup,
        long timeoutMillis, boolean strict, long seed,
        String commandLine, Map<String, String> bundles) {

    /** Copies the collections, keeping their order. */
    public RunSpec {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        unsourced = Collections.unmodifiableMap(new LinkedHashMap<>(unsourced));
        skipped = List.copyOf(skipped);
        bundles = Collections.unmodifiableMap(new LinkedHashMap<>(bundles));
    }

    /**
     * Returns the values of a point that other points of the run do not share, as {@code size=64 tee=none}; {@code the only
     * point} if no parameter is varied.
     */
    public String where(Point point) {
        String apart = values.entrySet()
                .stream()
                .filter(each -> each.getValue().size() > 1)
                .map(Map.Entry::getKey)
                .map(name -> name + "=" + point.text(name))
                .collect(Collectors.joining(" "));
        return apart.isEmpty() ? "the only point" : apart;
    }
}

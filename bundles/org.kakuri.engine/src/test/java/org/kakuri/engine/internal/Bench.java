package org.kakuri.engine.internal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.kakuri.engine.ProgressListener;
import org.kakuri.engine.RunOptions;
import org.kakuri.engine.RunReport;
import org.kakuri.engine.RunRequest;

/** An engine over a temporary workspace, with quick options. */
final class Bench {
    static final RunOptions QUICK = RunOptions.DEFAULT.withBlocks(4)
            .withIterations(5)
            .withWarmup(1)
            .withSeed(7)
            .withTimeout(Duration.ofSeconds(30));

    final ExperimentEngine engine;

    Bench(Path workspace, FakeExperiment... experiments) {
        engine = new ExperimentEngine(FakeWorkbench.create(), workspace, () -> Map.of("a.bundle 1.0.0", "sha256:00"));
        for (FakeExperiment experiment : experiments) {
            engine.bindExperiment(experiment);
        }
    }

    RunReport run(String... parameters) {
        return run(QUICK, parameters);
    }

    RunReport run(RunOptions options, String... parameters) {
        var map = new LinkedHashMap<String, String>();
        for (String each : parameters) {
            map.put(each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1));
        }
        return engine.run(new RunRequest(engine.experiments().getFirst().id(), map, options), ProgressListener.NONE);
    }
}

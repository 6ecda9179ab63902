package org.kakuri.engine;

import java.util.List;
import java.util.Optional;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.experiment.ExperimentInfo;

/**
 * What an experiment file says, or why it cannot be used.
 *
 * @param file how messages call it
 * @param problems its errors, each as {@code FILE:LINE:COLUMN: KEY: REASON}; empty if it can be used
 * @param info the experiment, if it can be used
 * @param arms names of its arms
 * @param points how many points its defaults have here
 * @param skipped default backends and runtimes that are not here
 */
public record ExperimentCheck(String file, List<String> problems, Optional<ExperimentInfo> info, List<String> arms,
        int points, List<RunReport.Skipped> skipped) implements Outcome {

    /** Copies the lists. */
    public ExperimentCheck {
        problems = List.copyOf(problems);
        arms = List.copyOf(arms);
        skipped = List.copyOf(skipped);
    }

    /** Returns 1 if the file has errors. */
    @Override
    public int exitCode() {
        return problems.isEmpty() ? 0 : 1;
    }
}

package org.kakuri.engine;

import java.util.List;
import org.kakuri.api.command.Outcome;

/**
 * Every experiment that has claims, run once.
 *
 * @param runs their reports, by experiment
 * @param left ids of experiments that were not run because the user ended it before
 * @param strict whether a missed <i>reproduces</i> claim sets the exit code
 */
public record Reproduction(List<RunReport> runs, List<String> left, boolean strict) implements Outcome {

    /** Copies the lists. */
    public Reproduction {
        runs = List.copyOf(runs);
        left = List.copyOf(left);
    }

    /**
     * Returns 1 if a run failed or was left out. One that was skipped as a whole, because this machine lacks what it needs, fails only if strict:
     * its claims are then incomplete.
     */
    @Override
    public int exitCode() {
        return !left.isEmpty() || runs.stream().anyMatch(run -> run.failed(strict)) ? 1 : 0;
    }
}

package org.kakuri.engine;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.experiment.ClaimSpec;

/**
 * A run and what came out of it.
 *
 * @param id of the result
 * @param experiment its id
 * @param title of the experiment
 * @param unit of the samples
 * @param started when
 * @param folder where everything is written
 * @param state whether the run came to its end
 * @param strict whether a missed <i>reproduces</i> claim sets the exit code
 * @param commandLine the command that repeats it
 * @param environment machine, JDK, placement and other facts, by name
 * @param arms every arm at every point that was measured
 * @param claims every claim of the experiment
 * @param skipped what was left out because this machine, backend or runtime cannot do it
 * @param failures trials that failed
 * @param figures the plots
 */
public record RunReport(String id, String experiment, String title, String unit, Instant started, Path folder,
        State state, boolean strict, String commandLine, SortedMap<String, String> environment, List<ArmReport> arms,
        List<ClaimReport> claims, List<Skipped> skipped, List<Failure> failures, List<Path> figures)
        implements
            Outcome {

    /** Copies the collections. */
    public RunReport {
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        arms = List.copyOf(arms);
        claims = List.copyOf(claims);
        skipped = List.copyOf(skipped);
        failures = List.copyOf(failures);
        figures = List.copyOf(figures);
    }

    /** Returns the exit code, strict if the run was asked to be. */
    @Override
    public int exitCode() {
        return exitCode(strict);
    }

    /**
     * Returns 1 if a trial failed, a goal was not reached, the run was cancelled or nothing at all was measured; if strict,
     * also if any claim was not passed. Otherwise 0.
     */
    public int exitCode(boolean strictly) {
        return failed(strictly) || arms.isEmpty() ? 1 : 0;
    }

    /** Returns whether something went wrong, which a run that was skipped as a whole did not unless strictly seen. */
    public boolean failed(boolean strictly) {
        return state != State.COMPLETE || !failures.isEmpty()
                || claims.stream().anyMatch(claim -> switch (claim.verdict()) {
                case PASS -> false;
                case FAIL -> claim.kind() == ClaimSpec.Kind.GOAL || strictly;
                case MISS, INCOMPLETE -> strictly;
                });
    }

    /** Whether a run came to its end. */
    public enum State {
        /** Every point was measured, skipped or failed. */
        COMPLETE,
        /** It was cancelled, its process died, or it is still going on. */
        INCOMPLETE
    }

    /**
     * Something that was left out.
     *
     * @param what the point, arm or other part
     * @param why what is missing
     */
    public record Skipped(String what, String why) {}

    /**
     * A trial that failed.
     *
     * @param what the point
     * @param why the reason
     */
    public record Failure(String what, String why) {}
}

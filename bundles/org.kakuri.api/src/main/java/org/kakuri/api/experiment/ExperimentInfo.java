package org.kakuri.api.experiment;

import java.util.List;

/**
 * What an experiment is.
 *
 * @param id system and name, for example {@code tz/ipc}
 * @param system name of the research system it belongs to
 * @param title one line
 * @param question what it answers, and what the source reports about it
 * @param unit unit of a sample, for example {@code ns}
 * @param parameters what can be varied
 * @param claims what the source, or we, say about the outcome
 * @param figure how its plot is laid out
 */
public record ExperimentInfo(String id, String system, String title, String question, String unit,
        List<Parameter> parameters, List<ClaimSpec> claims, Figure figure) {

    /** Copies the lists. */
    public ExperimentInfo {
        parameters = List.copyOf(parameters);
        claims = List.copyOf(claims);
    }

    /**
     * A plot: for each value of one parameter a group with a bar for each arm.
     *
     * @param groupBy name of the parameter on the x axis
     * @param relativeTo name of the arm that others are divided by; empty for absolute values
     * @param yTitle title of the y axis
     */
    public record Figure(String groupBy, String relativeTo, String yTitle) {}
}

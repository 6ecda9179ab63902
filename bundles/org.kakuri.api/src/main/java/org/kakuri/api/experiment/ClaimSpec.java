package org.kakuri.api.experiment;

import java.util.Map;
import java.util.Optional;

/**
 * A statement about the outcome that the engine judges.
 *
 * @param id {@code system.experiment.metric}
 * @param text one sentence
 * @param kind whose statement it is
 * @param unit unit of the value, for example {@code ratio}
 * @param low least value that passes; negative infinity if there is none
 * @param high greatest value that passes; positive infinity if there is none
 * @param calculation how the value comes out of the samples
 * @param where points it is about: parameter name to value; others do not count. Empty is all
 * @param breakEven event whose price is to be found at which the value reaches each bound, or {@link #KEY_EVENTS}; empty for none
 * @param source where the band stands
 */
public record ClaimSpec(String id, String text, Kind kind, String unit, double low, double high,
        Calculation calculation, Map<String, String> where, Optional<String> breakEven, String source) {

    /** As {@code breakEven}: the key events of the claim's arm, whatever the backend calls them, each at the same price. */
    public static final String KEY_EVENTS = "key events";

    /** Copies the map. */
    public ClaimSpec {
        where = Map.copyOf(where);
    }

    /** Whose statement it is. */
    public enum Kind {
        /** What the source reports: both ends bind, and a miss stays a miss. */
        REPRODUCES,
        /** Our own goal: a failure sets the exit code. */
        GOAL
    }

    /** How a value comes out of the samples. Data, so that results can be judged again later. */
    public sealed interface Calculation {}

    /**
     * The greatest ratio of medians of two arms over the points.
     *
     * @param arm numerator
     * @param baseline denominator
     */
    public record MaxRatioOfMedians(String arm, String baseline) implements Calculation {}

    /**
     * The ratio of medians of two arms, over all points together the geometric mean.
     *
     * @param arm numerator
     * @param baseline denominator
     */
    public record MeanRatioOfMedians(String arm, String baseline) implements Calculation {}

    /**
     * The greatest value of an extra over points and blocks of an arm.
     *
     * @param arm whose
     * @param extra its name
     */
    public record MaxExtra(String arm, String extra) implements Calculation {}
}

package org.kakuri.comparison;

import java.util.Map;
import java.util.Optional;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.ClaimSpec.Kind;
import org.kakuri.api.experiment.ClaimSpec.MeanRatioOfMedians;

/** Statements about ratios of two arms. */
public final class Claims {
    private Claims() {}

    /** Returns a goal: the ratio is at least so large. */
    public static ClaimSpec atLeast(String id, String text, double low, String arm, String baseline,
            Map<String, String> where) {
        return new ClaimSpec(id, text, Kind.GOAL, "ratio", low, Double.POSITIVE_INFINITY,
                new MeanRatioOfMedians(arm, baseline), where, Optional.empty(), "our goal");
    }

    /** Returns a goal: the ratio is at most so large. */
    public static ClaimSpec atMost(String id, String text, double high, String arm, String baseline,
            Map<String, String> where) {
        return new ClaimSpec(id, text, Kind.GOAL, "ratio", Double.NEGATIVE_INFINITY, high,
                new MeanRatioOfMedians(arm, baseline), where, Optional.empty(), "our goal");
    }

    /** Returns what the source reports. */
    public static ClaimSpec reported(String id, String text, double low, double high, String arm, String baseline,
            Map<String, String> where, String source) {
        return new ClaimSpec(id, text, Kind.REPRODUCES, "ratio", low, high, new MeanRatioOfMedians(arm, baseline),
                where, Optional.empty(), source);
    }
}

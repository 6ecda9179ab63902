package org.kakuri.engine.internal.report;

import org.kakuri.engine.internal.record.TrialRecord;
import org.kakuri.engine.internal.record.TrialRecord.ArmRecord;
import org.kakuri.engine.internal.stats.Bootstrap;
import org.kakuri.engine.internal.stats.Interval;
import org.kakuri.engine.internal.stats.Quantiles;

/**
 * Two arms of one trial that a claim relates.
 *
 * @param trial the trial
 * @param arm numerator
 * @param baseline denominator
 */
record Pair(TrialRecord trial, ArmRecord arm, ArmRecord baseline) {

    /** The baseline's median. */
    double below() {
        return Quantiles.quantile(Quantiles.pooled(baseline.samples()), 0.5);
    }

    /** What the arm's median would be on a machine whose state does not change: the baseline's, times the ratio. */
    double above() {
        return ratio() * below();
    }

    double ratio() {
        return Bootstrap.ratio(arm.samples(), baseline.samples());
    }

    Interval interval(long seed) {
        return Bootstrap.ratio(arm.samples(), baseline.samples(), seed);
    }
}

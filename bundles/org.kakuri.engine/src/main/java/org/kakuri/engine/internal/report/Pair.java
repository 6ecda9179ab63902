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

    double above() {
        return Quantiles.quantile(Quantiles.pooled(arm.samples()), 0.5);
    }

    double below() {
        return Quantiles.quantile(Quantiles.pooled(baseline.samples()), 0.5);
    }

    double ratio() {
        return above() / below();
    }

    Interval interval(long seed) {
        return Bootstrap.ratio(arm.samples(), baseline.samples(), seed);
    }
}

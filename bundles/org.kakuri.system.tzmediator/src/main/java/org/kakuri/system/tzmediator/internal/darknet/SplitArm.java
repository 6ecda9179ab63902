package org.kakuri.system.tzmediator.internal.darknet;

import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.system.tzmediator.internal.MediatedArm;
import org.kakuri.system.tzmediator.internal.TaLink;
import org.kakuri.system.tzmediator.internal.process.CaBlock;

/** Whole inferences by CA and TA. */
final class SplitArm extends MediatedArm {
    private final Comparison comparison;

    SplitArm(ArmInfo info, TrialContext context, TaLink link, Comparison comparison) {
        super(info, context, link, DarknetTrial.UNCOUNTED);
        this.comparison = comparison;
    }

    @Override
    protected CaBlock rounds(int iterations, SampleSink sink) {
        return comparison.count(super.rounds(iterations, sink), iterations, sink);
    }
}

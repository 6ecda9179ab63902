package org.kakuri.system.tzmediator.internal.darknet;

import java.util.Arrays;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.system.tzmediator.internal.IpcArm;
import org.kakuri.system.tzmediator.internal.process.CaBlock;
import org.kakuri.system.tzmediator.internal.process.ClientProcess;

/**
 * The processes of a {@link SplitArm}, which closes them, but only the layers are timed: the client's by the client, the TA's by
 * the TA, each with the monotonic clock. A sample is the sum. No event of the TEE is part of it.
 */
final class LayersArm extends IpcArm {
    private static final String PARTS = "parts";

    private final SplitArm whole;
    private final Comparison comparison;

    LayersArm(ArmInfo info, TrialContext context, SplitArm whole, Comparison comparison) {
        super(info, context, DarknetTrial.UNCOUNTED);
        this.whole = whole;
        this.comparison = comparison;
    }

    @Override
    protected ClientProcess client() {
        return whole.link().client();
    }

    @Override
    protected String reason(String otherwise) {
        return whole.link().reason(otherwise);
    }

    @Override
    protected void giveUp(String reason) {
        whole.link().giveUp(reason);
    }

    /** The processes have settled already. */
    @Override
    public void settle(int least) {}

    @Override
    protected CaBlock measured(int iterations, SampleSink sink) {
        CaBlock pairs = comparison.count(run(PARTS, iterations, 2), iterations, sink);
        long[] own = new long[iterations];
        long[] partners = new long[iterations];
        long[] sums = new long[iterations];
        for (int i = 0; i < iterations; i++) {
            own[i] = pairs.nanos()[2 * i];
            partners[i] = pairs.nanos()[2 * i + 1];
            sums[i] = own[i] + partners[i];
        }
        sink.extra(DarknetArms.CA_LAYERS, median(own));
        sink.extra(DarknetArms.TA_LAYERS, median(partners));
        return pairs.timed(sums);
    }

    private static double median(long[] nanos) {
        Arrays.sort(nanos);
        return nanos[nanos.length / 2];
    }

    @Override
    public void close() {}
}

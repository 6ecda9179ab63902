package org.kakuri.system.tzmediator.internal.darknet;

import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.system.tzmediator.internal.IpcArm;
import org.kakuri.system.tzmediator.internal.process.CaBlock;
import org.kakuri.system.tzmediator.internal.process.CaProgram;
import org.kakuri.system.tzmediator.internal.process.Channel;
import org.kakuri.system.tzmediator.internal.process.ClientProcess;
import org.kakuri.system.tzmediator.internal.process.Mechanism;

/** The whole network in the client: it has a channel and no partner. */
final class AloneArm extends IpcArm {
    private final ClientProcess client;
    private final Comparison comparison;
    private final double accuracy;

    private AloneArm(ArmInfo info, TrialContext context, ClientProcess client, Comparison comparison, double accuracy) {
        super(info, context, DarknetTrial.UNCOUNTED);
        this.client = client;
        this.comparison = comparison;
        this.accuracy = accuracy;
    }

    static AloneArm open(ArmInfo info, TrialContext context, CaProgram program, Mechanism mechanism, int cpu,
            Comparison comparison, double accuracy) {
        try (Channel channel = mechanism.open(0)) {
            return new AloneArm(info, context, ClientProcess.start(program, channel, 0, cpu), comparison, accuracy);
        }
    }

    @Override
    protected ClientProcess client() {
        return client;
    }

    @Override
    protected String reason(String otherwise) {
        return otherwise;
    }

    @Override
    protected void giveUp(String reason) {
        client.close();
    }

    @Override
    protected CaBlock measured(int iterations, SampleSink sink) {
        sink.extra(DarknetArms.ACCURACY, accuracy);
        return comparison.count(run(iterations), iterations, sink);
    }

    @Override
    public void close() {
        client.close();
    }
}

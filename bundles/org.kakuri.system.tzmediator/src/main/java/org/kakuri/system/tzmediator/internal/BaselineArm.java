package org.kakuri.system.tzmediator.internal;

import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.Signals;
import org.kakuri.system.tzmediator.internal.process.CaBlock;
import org.kakuri.system.tzmediator.internal.process.CaProgram;
import org.kakuri.system.tzmediator.internal.process.Channel;
import org.kakuri.system.tzmediator.internal.process.ClientProcess;
import org.kakuri.system.tzmediator.internal.process.CpuPlan;
import org.kakuri.system.tzmediator.internal.process.Mechanism;
import org.kakuri.system.tzmediator.internal.process.ProcessCounters;

/** CA and CA: two ordinary processes, nothing in between. */
public final class BaselineArm extends IpcArm {
    private final ClientProcess client;
    private final ChildProcess peer;

    private BaselineArm(ArmInfo info, TrialContext context, ClientProcess client, ChildProcess peer,
            Uncounted uncounted) {
        super(info, context, uncounted);
        this.client = client;
        this.peer = peer;
    }

    /** Starts both processes. */
    public static BaselineArm open(ArmInfo info, TrialContext context, CaProgram program, Mechanism mechanism, int size,
            CpuPlan plan, Uncounted uncounted) {
        try (Channel channel = mechanism.open(size)) {
            ClientProcess client = ClientProcess.start(program, channel, size, plan.client());
            try {
                return new BaselineArm(info, context, client,
                        ClientProcess.startPeer(program, channel, size, plan.partner()), uncounted);
            } catch (RuntimeException e) {
                client.close();
                throw e;
            }
        }
    }

    @Override
    protected ClientProcess client() {
        return client;
    }

    @Override
    protected String reason(String otherwise) {
        return peer.alive() ? otherwise : "peer process " + peer.pid() + " " + peer.waitFor();
    }

    @Override
    protected void giveUp(String reason) {
        peer.signalGroup(Signals.SIGKILL);
    }

    @Override
    protected CaBlock measured(int iterations, SampleSink sink) {
        ProcessCounters before = ProcessCounters.of(peer.pid());
        CaBlock block = run(iterations);
        ProcessCounters spent = ProcessCounters.of(peer.pid()).since(before);
        sink.extra("cpu.peer.ns", spent.cpuNanos());
        sink.extra("runs.peer", spent.runs());
        return block;
    }

    @Override
    public void close() {
        client.close();
        peer.close();
    }
}

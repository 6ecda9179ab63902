package org.kakuri.system.tzmediator.internal.styles;

import java.lang.management.ManagementFactory;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.system.tzmediator.internal.Arms;
import org.kakuri.system.tzmediator.internal.IpcArm;
import org.kakuri.system.tzmediator.internal.process.CaBlock;
import org.kakuri.system.tzmediator.internal.process.ClientProcess;

/** A CA that writes requests and reads replies, and the TA that reads and writes. */
final class PosixArm extends IpcArm {
    private final PosixLink link;

    PosixArm(ArmInfo info, TrialContext context, PosixLink link) {
        super(info, context, Uncounted.SHORT_ROUNDS);
        this.link = link;
    }

    @Override
    protected ClientProcess client() {
        return link.client();
    }

    @Override
    protected String reason(String otherwise) {
        return link.reason(otherwise);
    }

    @Override
    protected String clientEnded(String how) {
        return link.clientEnded(how);
    }

    @Override
    protected void giveUp(String reason) {
        link.giveUp(reason);
    }

    @Override
    protected CaBlock measured(int iterations, SampleSink sink) {
        LedgerSnapshot before = link.ledger();
        long cpu = trustedCpu();
        CaBlock block = run(iterations);
        sink.extra("cpu.ta.ns", trustedCpu() - cpu);
        LedgerSnapshot events = link.ledger().since(before);
        sink.events(events);
        sink.extra(StyleArms.SWITCHES, (double) events.count(Arms.WORLD_SWITCH).count() / iterations);
        return block;
    }

    private long trustedCpu() {
        return ManagementFactory.getThreadMXBean().getThreadCpuTime(link.trusted().threadId());
    }

    @Override
    public void close() {
        link.close();
    }
}

package org.kakuri.system.tzmediator.internal;

import java.util.OptionalLong;
import org.kakuri.api.Deadline;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.system.tzmediator.internal.process.CaBlock;
import org.kakuri.system.tzmediator.internal.process.ClientProcess;
import org.kakuri.system.tzmediator.internal.process.CpuInterrupts;
import org.kakuri.system.tzmediator.internal.process.ProcessCounters;
import org.kakuri.system.tzmediator.shadow.ShadowCounters;

/** CA and TA, with a shadow process in between. */
public class MediatedArm extends IpcArm {
    private static final long COUNTERS_SECONDS = 2;

    private final TaLink link;

    /** For round trips of some microseconds. */
    MediatedArm(ArmInfo info, TrialContext context, TaLink link) {
        this(info, context, link, Uncounted.SHORT_ROUNDS);
    }

    /** Begins. */
    public MediatedArm(ArmInfo info, TrialContext context, TaLink link, Uncounted uncounted) {
        super(info, context, uncounted);
        this.link = link;
    }

    /** Returns the processes, for tests and the record. */
    public final TaLink link() {
        return link;
    }

    @Override
    protected final ClientProcess client() {
        return link.client();
    }

    @Override
    protected final String reason(String otherwise) {
        return link.reason(otherwise);
    }

    @Override
    protected final void giveUp(String reason) {
        link.giveUp(reason);
    }

    @Override
    protected final CaBlock measured(int iterations, SampleSink sink) {
        LedgerSnapshot events = link.ledger();
        ShadowCounters waits = counters();
        ProcessCounters shadow = ProcessCounters.of(link.shadowPid());
        ProcessCounters trusted = ProcessCounters.of(link.trustedPid());
        OptionalLong interrupts = interrupts();
        CaBlock block = rounds(iterations, sink);
        OptionalLong after = interrupts();
        trusted = ProcessCounters.of(link.trustedPid()).since(trusted);
        shadow = ProcessCounters.of(link.shadowPid()).since(shadow);
        waits = counters().since(waits);
        sink.events(link.ledger().since(events));
        sink.extra("cpu.shadow.ns", shadow.cpuNanos());
        sink.extra("runs.shadow", shadow.runs());
        sink.extra("cpu.ta.ns", trusted.cpuNanos());
        sink.extra("runs.ta", trusted.runs());
        sink.extra("shadow.calls", waits.calls());
        sink.extra("shadow.spins", waits.spins());
        sink.extra("shadow.yields", waits.yields());
        sink.extra("shadow.sleeps", waits.sleeps());
        if (interrupts.isPresent() && after.isPresent()) {
            sink.extra("interrupts.ta", after.getAsLong() - interrupts.getAsLong());
        }
        return block;
    }

    /** Those of the CPU that a polling TA has for itself; others leave their world by themselves. */
    private OptionalLong interrupts() {
        return link.pollingCpu().isPresent() ? CpuInterrupts.of(link.pollingCpu().getAsInt()) : OptionalLong.empty();
    }

    /** Makes round trips. */
    protected CaBlock rounds(int iterations, SampleSink sink) {
        return run(iterations);
    }

    private ShadowCounters counters() {
        return link.counters(Deadline.inSeconds(COUNTERS_SECONDS));
    }

    @Override
    public void close() {
        link.close();
    }
}

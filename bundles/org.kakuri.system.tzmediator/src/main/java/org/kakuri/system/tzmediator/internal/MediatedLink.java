package org.kakuri.system.tzmediator.internal;

import java.util.List;
import java.util.Map;
import org.kakuri.api.Deadline;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.Descriptor;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.runtime.SessionSpec.Mediated;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallPageLayout;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.WaitPolicy;
import org.kakuri.system.tzmediator.internal.process.Channel;
import org.kakuri.system.tzmediator.internal.process.ClientProcess;
import org.kakuri.system.tzmediator.internal.process.ShadowProcess;
import org.kakuri.system.tzmediator.shadow.ShadowCounters;

/**
 * The shadow is a process of its own and runs in parallel with the TA:
 * <pre>
 * CA --channel-- shadow --call page-- TA in its instance
 * </pre>
 */
final class MediatedLink extends TaLink {
    private static final long PAGE_DATA = 256 * 1024;
    private static final String MEDIATOR_PID = "mediator.pid";

    private ShadowProcess shadow;
    private CallPage page;

    private MediatedLink() {}

    /** Starts everything; nothing remains if that fails. */
    static MediatedLink open(LinkSpec spec, Lease lease, TrialContext context) {
        MediatedLink link = new MediatedLink();
        return link.started(link, spec, lease, context);
    }

    @Override
    void start(LinkSpec spec, Lease lease, TrialContext context) {
        MemFd memory = own(MemFd.create("call page", CallPageLayout.bytes(PAGE_DATA)));
        memory.sealSize();
        SharedMapping mapping = own(memory.map());
        page = CallPage.create(mapping.segment());
        try (Channel channel = spec.mechanism().open(spec.size())) {
            client(ClientProcess.start(spec.client(), channel, spec.size(), spec.plan().client()));
            shadow = own(ShadowProcess.start(memory, channel, spec.plan()));
        }
        watch("shadow of " + spec.name(), this::watchShadow);
        session(lease.open(new RuntimeImage(RuntimeImage.Kind.WASM, spec.trusted().module()),
                new SessionSpec("tz " + spec.name(), Placement.DOMAIN, TA_MEMORY, spec.pricing(),
                        new Mediated(new Descriptor(memory.fd().number()), memory.size(), spec.style(),
                                spec.plan().trustedWaiting(), spec.plan().trustedCpu()),
                        options(lease))));
        shadow.awaitReady(context.deadline(), context::cancelled);
        spawn(spec,
                List.of(GuestDescriptor.mediated(ShadowProcess.READS, ShadowProcess.READS),
                        GuestDescriptor.mediated(ShadowProcess.WRITES, ShadowProcess.WRITES),
                        GuestDescriptor.mediated(ShadowProcess.ERRORS, ShadowProcess.ERRORS)));
    }

    /** Lets a runtime that can do so notice a dead shadow by itself, within the wait for its answer. */
    private Map<String, String> options(Lease lease) {
        return lease.runtime().options().containsKey(MEDIATOR_PID)
                ? Map.of(MEDIATOR_PID, "" + shadow.pid())
                : Map.of();
    }

    /** The shadow's death is the TA's: its calls end, and it is killed. */
    private void watchShadow() {
        String end = shadow.awaitEnd();
        if (closing()) {
            return;
        }
        report(end);
        page.server(WaitPolicy.SLEEP_ONLY, PeerCheck.NONE).close();
        kill(end);
    }

    @Override
    long shadowPid() {
        return shadow.pid();
    }

    @Override
    ShadowCounters counters(Deadline deadline) {
        return shadow.counters(deadline);
    }

    @Override
    String said() {
        return shadow.said();
    }

    @Override
    void taEnded() {
        shadow.end();
    }
}

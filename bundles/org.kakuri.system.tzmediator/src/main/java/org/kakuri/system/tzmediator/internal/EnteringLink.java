package org.kakuri.system.tzmediator.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kakuri.api.Deadline;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.system.tzmediator.internal.process.Channel;
import org.kakuri.system.tzmediator.internal.process.ClientProcess;
import org.kakuri.system.tzmediator.internal.process.ErrorFile;
import org.kakuri.system.tzmediator.internal.process.ShadowProcess;
import org.kakuri.system.tzmediator.shadow.ShadowCounters;

/**
 * The shadow's own thread enters the secure world and comes back with each call, as an SMC does: the instance's domain
 * host is the shadow process. No other process runs between CA and TA, so a call costs a world switch and no context
 * switch.
 *
 * <pre>
 * CA --channel-- shadow: TA in its instance
 * </pre>
 */
final class EnteringLink extends TaLink {
    private static final String CPU = "cpu";

    private final ErrorFile errors = own(new ErrorFile("ta"));

    private EnteringLink() {}

    /** Starts everything; nothing remains if that fails. */
    static EnteringLink open(LinkSpec spec, Lease lease, TrialContext context) {
        EnteringLink link = new EnteringLink();
        return link.started(link, spec, lease, context);
    }

    @Override
    void start(LinkSpec spec, Lease lease, TrialContext context) {
        session(lease.open(new RuntimeImage(RuntimeImage.Kind.WASM, spec.trusted().module()),
                new SessionSpec("tz " + spec.name(), Placement.DOMAIN, TA_MEMORY, spec.pricing(),
                        new SessionSpec.Local(true), options(spec, lease))));
        try (Channel channel = spec.mechanism().open(spec.size())) {
            client(ClientProcess.start(spec.client(), channel, spec.size(), spec.plan().client()));
            spawn(spec,
                    List.of(GuestDescriptor.passed(ShadowProcess.READS, channel.partnerReads().number()),
                            GuestDescriptor.passed(ShadowProcess.WRITES, channel.partnerWrites().number()),
                            GuestDescriptor.passed(ShadowProcess.ERRORS, errors.fd().number())));
        }
    }

    private static Map<String, String> options(LinkSpec spec, Lease lease) {
        Map<String, String> options = new HashMap<>();
        if (lease.runtime().options().containsKey(CPU)) {
            spec.plan().trustedCpu().ifPresent(cpu -> options.put(CPU, "" + cpu));
        }
        return options;
    }

    @Override
    long shadowPid() {
        return trustedPid();
    }

    @Override
    ShadowCounters counters(Deadline deadline) {
        return ShadowCounters.NONE;
    }

    @Override
    String said() {
        return errors.quote();
    }

    /** Its descriptors were its own: the CA sees their end. */
    @Override
    void taEnded() {}
}

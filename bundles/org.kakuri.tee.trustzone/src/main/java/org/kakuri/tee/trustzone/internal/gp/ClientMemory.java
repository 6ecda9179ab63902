package org.kakuri.tee.trustzone.internal.gp;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.SecurityState;
import org.kakuri.api.tee.SharedMemory;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.model.instance.Attachment;
import org.kakuri.tee.model.instance.InstanceModel;
import org.kakuri.tee.model.instance.InstanceRules;
import org.kakuri.tee.trustzone.internal.Events;
import org.kakuri.tee.trustzone.internal.TrustZoneBackend;
import org.kakuri.tee.trustzone.internal.WorldSwitch;

/**
 * Memory that a client shares, and the ledger of what it does outside of applications. An instance of the normal world that
 * never holds memory of its own and never runs.
 */
final class ClientMemory implements InstanceRules, AutoCloseable {
    private final InstanceModel instance;
    private final WorldSwitch worlds;

    ClientMemory(MachineModel machine, Pricing pricing) {
        instance = new InstanceModel(machine,
                new InstanceSpec("client", new UUID(0, 0), Long.MAX_VALUE, pricing, Map.of()), this);
        worlds = new WorldSwitch(instance.recorder());
    }

    InstanceModel instance() {
        return instance;
    }

    WorldSwitch worlds() {
        return worlds;
    }

    SharedMemory share(long bytes) {
        return instance.share(bytes);
    }

    @Override
    public void close() {
        instance.close();
    }

    @Override
    public String backend() {
        return TrustZoneBackend.NAME;
    }

    @Override
    public SecurityState securityState() {
        return SecurityState.NORMAL;
    }

    @Override
    public Measurement measure(InstanceModel own, List<Attachment> attachments) {
        throw missing("measurement of clients", "");
    }

    @Override
    public void shared(InstanceModel own, Range physical, boolean registered) {
        worlds.call(Events.SHM_REGISTER, 1, physical.bytes());
    }

    @Override
    public void unshared(InstanceModel own, Range physical, boolean registered) {
        worlds.call(Events.SHM_UNREGISTER, 1, physical.bytes());
    }
}

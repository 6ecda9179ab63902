package org.kakuri.core.internal;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.kakuri.api.Deadline;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.GuestPlacement;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.HostAccess;
import org.kakuri.api.runtime.MemoryArea;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.Quiescence;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.TeeInstance;

/** Memory of somebody else in an instance in which nothing runs. */
final class ConfinedSession implements RuntimeSession {
    private final TeeInstance instance;
    private final Range all;
    private final Measurement measurement;

    ConfinedSession(BackendLease backend, Backing memory, SessionSpec spec) {
        if (spec.placement() != Placement.INLINE) {
            throw new Unsupported("memory of this process cannot be put into an instance of a domain host",
                    "ask for an inline session");
        }
        if (memory.bytes() > spec.memoryBytes()) {
            throw new Unsupported("the memory is larger than the session may be: bytes=%d memoryBytes=%d".formatted(
                    memory.bytes(), spec.memoryBytes()), "ask for more");
        }
        this.all = new Range(0, memory.bytes());
        this.instance = backend.create(new InstanceSpec(spec.name(), UUID.randomUUID(), spec.memoryBytes(),
                spec.pricing(), Map.of()));
        try {
            instance.attach(0, memory, new Perms(true, true, true));
            this.measurement = instance.seal();
        } catch (RuntimeException e) {
            instance.close();
            throw e;
        }
    }

    private static Unsupported runsNothing() {
        return new Unsupported("nothing runs in an instance that only holds memory", "open an image instead");
    }

    @Override
    public GuestProcess spawn(Command command) {
        throw runsNothing();
    }

    @Override
    public GuestPlacement placement(GuestProcess process) {
        throw runsNothing();
    }

    @Override
    public Measurement measurement() {
        return measurement;
    }

    @Override
    public Evidence attest(byte[] nonce) {
        throw runsNothing();
    }

    @Override
    public Quiescence quiesce(Deadline deadline) {
        throw runsNothing();
    }

    @Override
    public void resume() {
        throw runsNothing();
    }

    @Override
    public List<MemoryArea> memory() {
        return MemoryArea.of(instance, "memory", all);
    }

    @Override
    public HostAccess.Result touch(HostAccess access) {
        return access.on(instance.machine().memory());
    }

    @Override
    public LedgerSnapshot ledger() {
        return instance.ledger().snapshot();
    }

    @Override
    public void close() {
        instance.close();
    }
}

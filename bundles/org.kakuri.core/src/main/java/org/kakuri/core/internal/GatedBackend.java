package org.kakuri.core.internal;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.Crossing;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.platform.linux.ResourceScope;

/**
 * A backend behind its gate. Instances that were created through it are destroyed with the lease; what happens inside an
 * instance, such as the host calls of a running context, does not pass the gate.
 */
final class GatedBackend implements BackendLease {
    private final Provider<TeeBackend, BackendInfo> backend;
    private final Machine machine;
    private final Set<TeeInstance> instances = ConcurrentHashMap.newKeySet();

    GatedBackend(Provider<TeeBackend, BackendInfo> backend, Machine machine) {
        this.backend = backend;
        this.machine = machine;
    }

    @Override
    public BackendInfo info() {
        return backend.info();
    }

    @Override
    public Machine machine() {
        return machine;
    }

    @Override
    public TeeInstance create(InstanceSpec spec) {
        try (var _ = backend.gate().enter()) {
            TeeInstance instance = backend.service().create(machine, spec);
            instances.removeIf(old -> old.state() == org.kakuri.api.tee.InstanceState.DESTROYED);
            instances.add(instance);
            return instance;
        }
    }

    @Override
    public List<Crossing> cross(IoIntent intent) {
        try (var _ = backend.gate().enter()) {
            return backend.service().cross(intent);
        }
    }

    @Override
    public <T> Optional<T> extension(Class<T> type) {
        try (var _ = backend.gate().enter()) {
            return backend.service().extension(type);
        }
    }

    /** Destroys what is left of the instances. */
    void destroyAll() {
        try (var all = new ResourceScope("the lease of backend " + backend.name())) {
            instances.forEach(instance -> all.keep("instance " + instance.id(), instance));
        } finally {
            instances.clear();
        }
    }
}

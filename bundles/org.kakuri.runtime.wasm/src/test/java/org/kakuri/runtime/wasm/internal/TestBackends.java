package org.kakuri.runtime.wasm.internal;

import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.Crossing;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.none.internal.NoneBackend;
import org.kakuri.tee.trustzone.internal.TrustZoneBackend;

/** A backend on a machine of its own, lent without core. */
record TestBackends(TeeBackend backend, Machine machine,
        List<TeeInstance> made) implements BackendLease, AutoCloseable {

    /** Returns the backend that protects nothing. */
    static TestBackends none() {
        return new TestBackends(new NoneBackend(), new MachineModel("test", Machine.ANY), new ArrayList<>());
    }

    /** Returns one with two worlds, whose instances get no memory after sealing. */
    static TestBackends trustZone() {
        return new TestBackends(new TrustZoneBackend(new Configuration(64)), new MachineModel("test", Machine.ARM),
                new ArrayList<>());
    }

    /** A configuration in place of the framework's. */
    @SuppressWarnings("all")
    private record Configuration(int secureMemoryMiB) implements TrustZoneBackend.Config {
        @Override
        public Class<? extends Annotation> annotationType() {
            return TrustZoneBackend.Config.class;
        }
    }

    @Override
    public BackendInfo info() {
        return backend.info();
    }

    @Override
    public TeeInstance create(InstanceSpec spec) {
        made.add(backend.create(machine, spec));
        return made.getLast();
    }

    @Override
    public List<Crossing> cross(IoIntent intent) {
        return backend.cross(intent);
    }

    @Override
    public <T> Optional<T> extension(Class<T> type) {
        return backend.extension(type);
    }

    @Override
    public void close() {
        machine.close();
    }
}

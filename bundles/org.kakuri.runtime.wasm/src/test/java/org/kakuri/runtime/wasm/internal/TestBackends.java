package org.kakuri.runtime.wasm.internal;

import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.List;
import org.kakuri.api.tee.DirectLease;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.none.internal.NoneBackend;
import org.kakuri.tee.trustzone.internal.TrustZoneBackend;

/** A backend on a machine of its own, lent without core. */
record TestBackends(TeeBackend backend, Machine machine,
        List<TeeInstance> made) implements DirectLease, AutoCloseable {

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
    public TeeInstance create(InstanceSpec spec) {
        made.add(backend.create(machine, spec));
        return made.getLast();
    }

    @Override
    public void close() {
        machine.close();
    }
}

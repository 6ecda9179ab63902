package org.kakuri.runtime.wasm.internal;

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

/** A backend on a machine of its own, lent without core. */
record TestBackends(TeeBackend backend, Machine machine) implements BackendLease, AutoCloseable {

    /** Returns the backend that protects nothing. */
    static TestBackends none() {
        return new TestBackends(new NoneBackend(), new MachineModel("test", Machine.ANY));
    }

    @Override
    public BackendInfo info() {
        return backend.info();
    }

    @Override
    public TeeInstance create(InstanceSpec spec) {
        return backend.create(machine, spec);
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

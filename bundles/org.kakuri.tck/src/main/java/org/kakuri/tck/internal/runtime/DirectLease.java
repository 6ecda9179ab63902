package org.kakuri.tck.internal.runtime;

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

/** A backend lent without core between. */
record DirectLease(TeeBackend backend, Machine machine) implements BackendLease {
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
}

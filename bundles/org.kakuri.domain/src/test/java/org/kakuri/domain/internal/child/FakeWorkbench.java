package org.kakuri.domain.internal.child;

import java.util.List;
import org.kakuri.api.Deadline;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.Cell;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.LeaseInfo;
import org.kakuri.api.runtime.Readiness;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;

/** Lends one pair, {@code fake} and {@code fake}; the rest of a workbench is not asked for in a domain host. */
final class FakeWorkbench implements Workbench {
    @Override
    public Lease lease(Selector selector, Deadline deadline) {
        if (!selector.backend().orElseThrow().equals("fake")) {
            throw new Unsupported("no backend " + selector.backend().orElseThrow(), "take fake");
        }
        return new Lease() {
            @Override
            public BackendInfo backend() {
                throw new UnsupportedOperationException();
            }

            @Override
            public RuntimeInfo runtime() {
                throw new UnsupportedOperationException();
            }

            @Override
            public Cell cell() {
                throw new UnsupportedOperationException();
            }

            @Override
            public RuntimeSession open(RuntimeImage image, SessionSpec spec) {
                return new FakeSession(image, spec);
            }

            @Override
            public void close() {
                System.err.println("lease closed");
            }
        };
    }

    @Override
    public List<BackendInfo> backends() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<RuntimeInfo> runtimes() {
        throw new UnsupportedOperationException();
    }

    @Override
    public BackendInfo backend(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public RuntimeInfo runtime(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Cell cell(String backend, String runtime) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Readiness readiness() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<LeaseInfo> leases() {
        throw new UnsupportedOperationException();
    }

    @Override
    public InUse inUse() {
        throw new UnsupportedOperationException();
    }

    @Override
    public InUse useBackend(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public InUse useRuntime(String name) {
        throw new UnsupportedOperationException();
    }
}

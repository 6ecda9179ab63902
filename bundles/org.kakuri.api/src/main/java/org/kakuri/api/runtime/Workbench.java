package org.kakuri.api.runtime;

import java.util.List;
import org.kakuri.api.Deadline;
import org.kakuri.api.tee.BackendInfo;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Core: the only one that tracks backends and runtimes. Everybody else holds a static reference to it and asks for leases.
 * Thread-safe.
 */
@ProviderType
public interface Workbench {
    /** Returns the backends there are, by name. */
    List<BackendInfo> backends();

    /** Returns the runtimes there are, by name. */
    List<RuntimeInfo> runtimes();

    /**
     * Returns a backend.
     *
     * @throws org.kakuri.api.UsageError if there is none of that name, naming the nearest
     */
    BackendInfo backend(String name);

    /**
     * Returns a runtime.
     *
     * @throws org.kakuri.api.UsageError if there is none of that name, naming the nearest
     */
    RuntimeInfo runtime(String name);

    /** Returns what a pair stands for. */
    Cell cell(String backend, String runtime);

    /**
     * Lends a backend and a runtime, waiting for them to appear if need be.
     *
     * @throws org.kakuri.api.UsageError if a name is unknown at the deadline
     * @throws org.kakuri.api.Unsupported if the backend lacks a capability, or the pair means nothing
     */
    Lease lease(Selector selector, Deadline deadline);

    /** Returns whether all backends and runtimes that installed bundles declare are there. */
    Readiness readiness();

    /** Returns what is on loan at this moment, for {@code wb:status}. */
    List<LeaseInfo> leases();

    /** Returns the pair in use: what a selector without names takes. */
    InUse inUse();

    /** Puts a backend into use for new leases. */
    InUse useBackend(String name);

    /** Puts a runtime into use for new leases. */
    InUse useRuntime(String name);

    /**
     * The pair in use.
     *
     * @param backend name of the backend
     * @param runtime name of the runtime
     */
    record InUse(String backend, String runtime) {
        /** What is in use until somebody chooses. */
        public static final InUse DEFAULT = new InUse("none", "wasm");
    }
}

package org.kakuri.api.runtime;

import java.nio.file.Path;
import java.time.Duration;
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

    /**
     * Tells what a swap would change, without changing anything.
     *
     * @throws org.kakuri.api.UsageError if a name is unknown
     */
    SwapReport plan(Swap swap);

    /**
     * Swaps. Returns when live sessions have ended, or were ended at the deadline.
     *
     * @throws org.kakuri.api.UsageError if a name is unknown; nothing was changed
     */
    SwapReport swap(Swap swap);

    /**
     * Installs a bundle, or puts a changed one in the place of the one with the same symbolic name: the new one is installed
     * beside the old one and started, takes over, then the old one is drained and uninstalled. If the new one does not come
     * up, it is removed and the old one goes on.
     *
     * @param jar the bundle
     * @param drain how long live sessions of the old one may go on
     * @throws org.kakuri.api.Refused if the jar is no bundle, or other bundles are wired to it, or it does not come up
     */
    SwapReport update(Path jar, Duration drain);

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
    record InUse(String backend, String runtime) {}
}

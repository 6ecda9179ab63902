package org.kakuri.tck;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.kakuri.api.attest.EvidenceVerifier;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.tck.internal.Kit;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Runs the checks. Each runs on a thread of its own under a time limit: one that hangs has failed. A provider's tests make a
 * kit by {@link #of}; in a framework it is a service. Thread-safe.
 */
@ProviderType
public interface ContractKit {
    /** How long a check may take by default. */
    Duration LIMIT = Duration.ofSeconds(60);

    /** Returns the checks of backends, in order. */
    List<Check<BackendSubject>> backendChecks();

    /** Returns the checks of runtimes, in order. */
    List<Check<RuntimeSubject>> runtimeChecks();

    /** Runs one check. */
    <S extends Subject> CheckResult run(Check<S> check, S subject);

    /**
     * Runs all checks of a backend.
     *
     * @param backend to be checked
     * @param machines of its architecture, not used by anybody else meanwhile; two, to check what must differ between them
     */
    List<CheckResult> backend(TeeBackend backend, Machine... machines);

    /**
     * Runs all checks of a runtime on a backend.
     *
     * @param runtime to be checked
     * @param backend where its sessions have their instances
     * @param machine of the backend's architecture
     */
    List<CheckResult> runtime(IsolationRuntime runtime, TeeBackend backend, Machine machine);

    /**
     * Returns a kit, for tests outside of a framework.
     *
     * @param limit how long a check may take
     * @param verifiers who verifies evidence, by format
     */
    static ContractKit of(Duration limit, Map<String, EvidenceVerifier> verifiers) {
        return new Kit(limit, () -> verifiers);
    }
}

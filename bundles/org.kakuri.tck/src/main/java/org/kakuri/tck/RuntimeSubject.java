package org.kakuri.tck;

import java.util.Map;
import java.util.Set;
import org.kakuri.api.attest.EvidenceVerifier;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.TeeBackend;

/**
 * A runtime under check, on a backend.
 *
 * @param runtime it
 * @param backend where its sessions have their instances
 * @param machine a machine of the backend's architecture
 * @param verifiers who verifies evidence, by format
 */
public record RuntimeSubject(IsolationRuntime runtime, TeeBackend backend, Machine machine,
        Map<String, EvidenceVerifier> verifiers) implements Subject {
    /** Copies the verifiers. */
    public RuntimeSubject {
        verifiers = Map.copyOf(verifiers);
    }

    @Override
    public String name() {
        return runtime.info().name() + " on " + backend.info().name();
    }

    @Override
    public Set<Capability> capabilities() {
        return backend.info().capabilities();
    }
}

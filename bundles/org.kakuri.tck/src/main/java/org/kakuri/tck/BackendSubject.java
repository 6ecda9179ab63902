package org.kakuri.tck;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kakuri.api.attest.EvidenceVerifier;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.TeeBackend;

/**
 * A backend under check.
 *
 * @param backend it
 * @param machines machines of its architecture that nobody else uses meanwhile: checkers are switched off on them. One will
 *        do; with a second, what must differ between machines is checked too
 * @param verifiers who verifies evidence, by format
 */
public record BackendSubject(TeeBackend backend, List<Machine> machines, Map<String, EvidenceVerifier> verifiers)
        implements
            Subject {
    /** Copies the collections and refuses to go without a machine. */
    public BackendSubject {
        machines = List.copyOf(machines);
        verifiers = Map.copyOf(verifiers);
        if (machines.isEmpty()) {
            throw new IllegalArgumentException("a backend is checked on a machine: backend=" + backend.info().name());
        }
    }

    @Override
    public String name() {
        return backend.info().name();
    }

    @Override
    public Set<Capability> capabilities() {
        return backend.info().capabilities();
    }
}

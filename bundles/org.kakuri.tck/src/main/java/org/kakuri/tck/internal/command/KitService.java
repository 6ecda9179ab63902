package org.kakuri.tck.internal.command;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.kakuri.api.attest.EvidenceVerifier;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;
import org.kakuri.tck.CheckResult;
import org.kakuri.tck.ContractKit;
import org.kakuri.tck.RuntimeSubject;
import org.kakuri.tck.Subject;
import org.kakuri.tck.internal.Kit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** The kit in a framework: with the verifiers that are installed. */
@Component(service = {ContractKit.class, KitService.class})
public final class KitService implements ContractKit {
    private final Map<String, EvidenceVerifier> verifiers = new ConcurrentHashMap<>();
    private final Kit kit = new Kit(LIMIT, this::verifiers);

    /** Needs nothing to begin with. */
    @Activate
    public KitService() {}

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addVerifier(EvidenceVerifier verifier, Map<String, Object> properties) {
        if (properties.get(EvidenceVerifier.FORMAT) instanceof String format) {
            verifiers.put(format, verifier);
        }
    }

    void removeVerifier(EvidenceVerifier verifier) {
        verifiers.values().remove(verifier);
    }

    Map<String, EvidenceVerifier> verifiers() {
        return Map.copyOf(verifiers);
    }

    @Override
    public List<Check<BackendSubject>> backendChecks() {
        return kit.backendChecks();
    }

    @Override
    public List<Check<RuntimeSubject>> runtimeChecks() {
        return kit.runtimeChecks();
    }

    @Override
    public <S extends Subject> CheckResult run(Check<S> check, S subject) {
        return kit.run(check, subject);
    }

    @Override
    public List<CheckResult> backend(TeeBackend backend, Machine... machines) {
        return kit.backend(backend, machines);
    }

    @Override
    public List<CheckResult> runtime(IsolationRuntime runtime, TeeBackend backend, Machine machine) {
        return kit.runtime(runtime, backend, machine);
    }
}

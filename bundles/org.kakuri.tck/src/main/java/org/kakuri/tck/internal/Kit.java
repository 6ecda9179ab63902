package org.kakuri.tck.internal;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
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
import org.kakuri.tck.internal.backend.BackendChecks;
import org.kakuri.tck.internal.runtime.RuntimeChecks;

/** The kit without a framework. */
public final class Kit implements ContractKit {
    private final Runner runner;
    private final Supplier<Map<String, EvidenceVerifier>> verifiers;

    /**
     * @param limit how long a check may take
     * @param verifiers who verifies evidence at the moment, by format
     */
    public Kit(Duration limit, Supplier<Map<String, EvidenceVerifier>> verifiers) {
        this.runner = new Runner(limit);
        this.verifiers = verifiers;
    }

    @Override
    public List<Check<BackendSubject>> backendChecks() {
        return BackendChecks.ALL;
    }

    @Override
    public List<Check<RuntimeSubject>> runtimeChecks() {
        return RuntimeChecks.ALL;
    }

    @Override
    public <S extends Subject> CheckResult run(Check<S> check, S subject) {
        return runner.run(check, subject);
    }

    @Override
    public List<CheckResult> backend(TeeBackend backend, Machine... machines) {
        var subject = new BackendSubject(backend, List.of(machines), verifiers.get());
        return BackendChecks.ALL.stream().map(check -> run(check, subject)).toList();
    }

    @Override
    public List<CheckResult> runtime(IsolationRuntime runtime, TeeBackend backend, Machine machine) {
        var subject = new RuntimeSubject(runtime, backend, machine, verifiers.get());
        return RuntimeChecks.ALL.stream().map(check -> run(check, subject)).toList();
    }
}

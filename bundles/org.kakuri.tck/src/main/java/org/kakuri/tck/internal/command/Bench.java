package org.kakuri.tck.internal.command;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Stream;
import org.kakuri.api.Gone;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Machines;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;
import org.kakuri.tck.CheckResult;
import org.kakuri.tck.RuntimeSubject;
import org.kakuri.tck.Subject;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Checks what is installed. The one place beside core that touches backends, runtimes and machines: a lease would stand
 * between the check and what is checked. A provider is looked up by its name, used for one run and given back; it is not
 * tracked. The machines are the kit's own and are closed after the run, so that nobody's memory loses its checkers.
 */
@Component(service = Bench.class)
public final class Bench {
    /** Id of the result that tells what was left when all checks had ended. */
    static final String CLEANUP = "kit.cleanup";

    private final BundleContext context;
    private final Machines machines;
    private final KitService kit;
    private final ReentrantLock oneRun = new ReentrantLock();

    /** Takes what it needs. */
    @Activate
    public Bench(BundleContext context, @Reference Machines machines, @Reference KitService kit) {
        this.context = context;
        this.machines = machines;
        this.kit = kit;
    }

    /** Checks a backend. */
    List<CheckResult> backend(String name, String prefix) {
        return with(TeeBackend.class, TeeBackend.NAME, name, backend -> onMachines(backend, own -> {
            var subject = new BackendSubject(backend, own, kit.verifiers());
            return run(kit.backendChecks(), prefix, subject);
        }));
    }

    /** Checks a runtime on a backend. */
    List<CheckResult> runtime(String name, String backendName, String prefix) {
        return with(IsolationRuntime.class, IsolationRuntime.NAME, name,
                runtime -> with(TeeBackend.class, TeeBackend.NAME, backendName,
                        backend -> onMachines(backend, own -> {
                            var subject = new RuntimeSubject(runtime, backend, own.getFirst(), kit.verifiers());
                            return run(kit.runtimeChecks(), prefix, subject);
                        })));
    }

    private <S extends Subject> List<CheckResult> run(List<Check<S>> checks, String prefix, S subject) {
        return checks.stream()
                .filter(check -> check.id().startsWith(prefix))
                .map(check -> kit.run(check, subject))
                .toList();
    }

    private List<CheckResult> onMachines(TeeBackend backend, Function<List<Machine>, List<CheckResult>> use) {
        oneRun.lock();
        try {
            List<Machine> own = Stream.of("tck-a", "tck-b")
                    .map(host -> machines.machine(backend.info().architecture(), host))
                    .toList();
            List<CheckResult> results = new ArrayList<>();
            try {
                results.addAll(use.apply(own));
            } finally {
                own.forEach(machine -> close(machine, backend.info().name(), results));
            }
            return results;
        } finally {
            oneRun.unlock();
        }
    }

    /** What a failed check left running may keep a machine from closing cleanly: that is a finding, not the end of the run. */
    private static void close(Machine machine, String subject, List<CheckResult> results) {
        try {
            machine.close();
        } catch (RuntimeException e) {
            results.add(new CheckResult(CLEANUP, subject, CheckResult.Verdict.FAIL, e.getMessage()));
        }
    }

    private <S, T> T with(Class<S> type, String property, String name, Function<S, T> use) {
        ServiceReference<S> reference = reference(type, property, name);
        S service = reference == null ? null : context.getService(reference);
        if (service == null) {
            throw new Gone("%s %s has gone".formatted(type.getSimpleName(), name), "see wb:status", false);
        }
        try {
            return use.apply(service);
        } finally {
            context.ungetService(reference);
        }
    }

    private <S> ServiceReference<S> reference(Class<S> type, String property, String name) {
        try {
            return context.getServiceReferences(type, null)
                    .stream()
                    .filter(reference -> name.equals(reference.getProperty(property)))
                    .sorted(java.util.Comparator.reverseOrder())
                    .findFirst()
                    .orElse(null);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}

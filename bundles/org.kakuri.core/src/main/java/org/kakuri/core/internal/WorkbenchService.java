package org.kakuri.core.internal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.kakuri.api.Deadline;
import org.kakuri.api.Nearest;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.Cell;
import org.kakuri.api.runtime.DomainHosts;
import org.kakuri.api.runtime.HotSwap;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.LeaseInfo;
import org.kakuri.api.runtime.Readiness;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.Swap;
import org.kakuri.api.runtime.SwapReport;
import org.kakuri.api.runtime.Variant;
import org.kakuri.api.runtime.Variants;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Machines;
import org.kakuri.api.tee.TeeBackend;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** The workbench: lends what its {@link ProviderTracker} finds. */
@Component(immediate = true)
public final class WorkbenchService implements Workbench, HotSwap, Variants {
    /** Framework property. String. Path of the workspace. Default: none, variants then last as long as the process. */
    static final String WORKSPACE = "kakuri.workspace";
    /** How long calls inside a backend or runtime that is being stopped are waited for. */
    static final Duration DRAIN = Duration.ofSeconds(5);
    private static final Duration SHORT_WAIT = Duration.ofSeconds(2);

    private final Machines machines;
    private final BundleContext context;
    private final Registry<TeeBackend, BackendInfo> backends = new Registry<>("backend");
    private final Registry<IsolationRuntime, RuntimeInfo> runtimes = new Registry<>("runtime");
    private final ProviderTracker tracker;
    private final VariantShelf variants;
    private final Swapper swapper;
    private final BundleUpdate updater;
    private volatile DomainHosts domains;
    private volatile String backendInUse = InUse.DEFAULT.backend();
    private volatile String runtimeInUse = InUse.DEFAULT.runtime();

    /** Starts tracking. */
    @Activate
    public WorkbenchService(BundleContext context, @Reference Machines machines) {
        this.context = context;
        this.machines = machines;
        this.variants = new VariantShelf(new VariantFiles(Optional.ofNullable(context.getProperty(WORKSPACE))
                .map(workspace -> Path.of(workspace, "variants"))), backends);
        this.tracker = new ProviderTracker(context, backends, runtimes, variants, DRAIN);
        this.swapper = new Swapper(context, backends, runtimes);
        this.updater = new BundleUpdate(context, backends, runtimes);
        tracker.open();
    }

    /** Ends all leases. */
    @Deactivate
    void stop() {
        tracker.close();
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void setDomains(DomainHosts hosts) {
        domains = hosts;
    }

    void unsetDomains(DomainHosts hosts) {
        if (domains == hosts) {
            domains = null;
        }
    }

    @Override
    public List<BackendInfo> backends() {
        return backends.all().stream().map(Provider::info).toList();
    }

    @Override
    public List<RuntimeInfo> runtimes() {
        return runtimes.all().stream().map(Provider::info).toList();
    }

    @Override
    public BackendInfo backend(String name) {
        return known(backends, "backend", name).info();
    }

    @Override
    public RuntimeInfo runtime(String name) {
        return known(runtimes, "runtime", name).info();
    }

    private static <S, I> Provider<S, I> known(Registry<S, I> registry, String kind, String name) {
        return registry.find(name)
                .orElseThrow(
                        () -> Nearest.unknown(kind, name, registry.all().stream().map(Provider::name).toList()));
    }

    @Override
    public Cell cell(String backend, String runtime) {
        return cell(known(backends, "backend", backend), known(runtimes, "runtime", runtime));
    }

    private static Cell cell(Provider<TeeBackend, BackendInfo> backend,
            Provider<IsolationRuntime, RuntimeInfo> runtime) {
        Set<Capability> missing = missing(runtime.info().needs(), backend.info());
        if (!missing.isEmpty()) {
            return Cell.notApplicable("%s lacks %s".formatted(backend.name(), words(missing)));
        }
        try (var _ = runtime.gate().enter()) {
            return runtime.service().cell(backend.info());
        }
    }

    @Override
    public Lease lease(Selector selector, Deadline deadline) {
        while (true) {
            var backend = backends.awaitRouted(selector.backend().orElse(backendInUse), deadline);
            var runtime = runtimes.awaitRouted(selector.runtime().orElse(runtimeInUse), deadline);
            var lease = new LeaseOnLoan(backend, runtime, fitting(backend, runtime, selector),
                    machine(backend, selector.host()), selector.host(), () -> Optional.ofNullable(domains));
            backend.leases().add(lease);
            runtime.leases().add(lease);
            if (!backend.retired() && !runtime.retired() || deadline.passed()) {
                return lease;
            }
            lease.close();
        }
    }

    /** A variant is another platform, so it has machines of its own. */
    private Machine machine(Provider<TeeBackend, BackendInfo> backend, String host) {
        String name = backend.service() instanceof DerivedBackend ? host + "/" + backend.name() : host;
        return machines.machine(backend.info().architecture(), name);
    }

    private Cell fitting(Provider<TeeBackend, BackendInfo> backend, Provider<IsolationRuntime, RuntimeInfo> runtime,
            Selector selector) {
        Set<Capability> missing = missing(selector.needs(), backend.info());
        if (!missing.isEmpty()) {
            List<String> able = backends().stream()
                    .filter(info -> info.capabilities().containsAll(selector.needs()))
                    .map(BackendInfo::name)
                    .toList();
            throw new Unsupported("backend %s lacks %s".formatted(backend.name(), words(missing)),
                    able.isEmpty() ? "no installed backend has it" : "take " + String.join(" or ", able));
        }
        Cell cell = cell(backend, runtime);
        if (!cell.applicable()) {
            throw new Unsupported("runtime %s on backend %s means nothing: %s".formatted(runtime.name(),
                    backend.name(), cell.meaning()), "see which pairs mean something: sys:matrix");
        }
        return cell;
    }

    private static Set<Capability> missing(Set<Capability> needs, BackendInfo backend) {
        return needs.stream().filter(need -> !backend.capabilities().contains(need)).collect(Collectors.toSet());
    }

    private static String words(Set<Capability> capabilities) {
        return capabilities.stream().map(Capability::name).sorted().collect(Collectors.joining(", "));
    }

    @Override
    public Readiness readiness() {
        List<String> waiting = new ArrayList<>();
        waiting.addAll(Declared.withoutService(context, TeeBackend.class, backends.registered()));
        waiting.addAll(Declared.withoutService(context, IsolationRuntime.class, runtimes.registered()));
        return new Readiness(waiting);
    }

    @Override
    public List<LeaseInfo> leases() {
        return backends.registered()
                .stream()
                .flatMap(provider -> provider.leases().stream())
                .map(LeaseOnLoan::status)
                .toList();
    }

    @Override
    public SwapReport plan(Swap swap) {
        return swapper.plan(swap);
    }

    @Override
    public SwapReport swap(Swap swap) {
        return swapper.swap(swap, this::afterRouting);
    }

    private void afterRouting(Swap swap) {
        if (swap.kind() == Swap.Kind.BACKEND && backendInUse.equals(swap.from())) {
            backendInUse = swap.to();
        }
        if (swap.kind() == Swap.Kind.RUNTIME && runtimeInUse.equals(swap.from())) {
            runtimeInUse = swap.to();
        }
    }

    @Override
    public SwapReport update(Path jar, Duration drain) {
        return updater.update(jar, drain);
    }

    @Override
    public List<Variant> variants() {
        return variants.all();
    }

    @Override
    public BackendInfo derive(Variant variant) {
        return variants.derive(variant);
    }

    @Override
    public void drop(String name) {
        variants.drop(name);
    }

    @Override
    public InUse inUse() {
        return new InUse(backendInUse, runtimeInUse);
    }

    @Override
    public InUse useBackend(String name) {
        backendInUse = backends.await(name, Deadline.in(SHORT_WAIT)).name();
        backends.unroute(name);
        return inUse();
    }

    @Override
    public InUse useRuntime(String name) {
        runtimeInUse = runtimes.await(name, Deadline.in(SHORT_WAIT)).name();
        runtimes.unroute(name);
        return inUse();
    }
}

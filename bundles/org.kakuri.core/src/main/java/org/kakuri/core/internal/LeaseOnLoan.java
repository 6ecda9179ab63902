package org.kakuri.core.internal;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.kakuri.api.Gone;
import org.kakuri.api.Unsupported;
import org.kakuri.api.attest.Endorser;
import org.kakuri.api.gp.GlobalPlatform;
import org.kakuri.api.gp.TrustedOs;
import org.kakuri.api.runtime.Cell;
import org.kakuri.api.runtime.DomainHosts;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.LeaseInfo;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.platform.linux.ResourceScope;

/** A lease; owns the sessions that were opened under it. */
final class LeaseOnLoan implements Lease {
    private final Provider<TeeBackend, BackendInfo> backend;
    private final Provider<IsolationRuntime, RuntimeInfo> runtime;
    private final Cell cell;
    private final String host;
    private final GatedBackend instances;
    private final Supplier<Optional<DomainHosts>> domains;
    private final Gate gate = new Gate("the lease");
    private final Set<GatedSession> sessions = new LinkedHashSet<>();
    private LentPlatform platform;
    private boolean ended;

    LeaseOnLoan(Provider<TeeBackend, BackendInfo> backend, Provider<IsolationRuntime, RuntimeInfo> runtime, Cell cell,
            Machine machine, String host, Supplier<Optional<DomainHosts>> domains) {
        this.backend = backend;
        this.runtime = runtime;
        this.cell = cell;
        this.host = host;
        this.instances = new GatedBackend(backend, machine);
        this.domains = domains;
    }

    @Override
    public BackendInfo backend() {
        return backend.info();
    }

    @Override
    public RuntimeInfo runtime() {
        return runtime.info();
    }

    @Override
    public Cell cell() {
        return cell;
    }

    @Override
    public CostProfile charged(CostProfile profile) {
        return backend.service() instanceof DerivedBackend variant ? variant.charged(profile) : profile;
    }

    @Override
    public List<byte[]> trustedKeys() {
        return instances.extension(Endorser.class)
                .map(manufacturer -> manufacturer.trustedKeys(instances.machine()))
                .orElse(List.of());
    }

    @Override
    public RuntimeSession open(RuntimeImage image, SessionSpec spec) {
        if (!runtime.info().images().contains(image.kind())) {
            throw new Unsupported("runtime %s does not run images of kind %s: %s".formatted(runtime.name(),
                    image.kind(), image.path()), "it runs " + runtime.info().images());
        }
        if (spec.memoryBytes() > runtime.info().memoryLimit()) {
            throw new Unsupported(
                    "runtime %s gives a session at most %d bytes of memory: memoryBytes=%d".formatted(runtime.name(),
                            runtime.info().memoryLimit(), spec.memoryBytes()),
                    "ask for less");
        }
        try (var _ = gate.enter(); var _ = backend.gate().enter(); var _ = runtime.gate().enter()) {
            RuntimeSession inner = spec.placement() == Placement.DOMAIN
                    ? domainHosts().open(backend.name(), backend.bundleId(), runtime.name(), runtime.bundleId(),
                            host, image, spec)
                    : runtime.service().open(instances, image, spec);
            return adopt(new GatedSession(inner, this::forget));
        }
    }

    @Override
    public RuntimeSession confine(Backing memory, SessionSpec spec) {
        try (var _ = gate.enter(); var _ = backend.gate().enter()) {
            return adopt(new GatedSession(new ConfinedSession(instances, memory, spec), this::forget));
        }
    }

    private DomainHosts domainHosts() {
        return domains.get()
                .orElseThrow(() -> new Unsupported("no domain hosts: the bundle org.kakuri.domain is missing",
                        "install it, or open the session inline"));
    }

    private GatedSession adopt(GatedSession session) {
        synchronized (sessions) {
            if (!ended) {
                sessions.add(session);
                return session;
            }
        }
        session.end("its lease was closed");
        throw new Gone("the lease was closed while the session opened", "take a new lease", true);
    }

    private void forget(GatedSession session) {
        synchronized (sessions) {
            sessions.remove(session);
        }
    }

    @Override
    public <T> T extension(Class<T> type) {
        if (type != GlobalPlatform.class) {
            throw new Unsupported("a lease cannot lend a " + type.getName(),
                    "it lends " + GlobalPlatform.class.getName());
        }
        try (var _ = gate.enter()) {
            synchronized (sessions) {
                if (platform == null) {
                    TrustedOs os = instances.extension(TrustedOs.class)
                            .orElseThrow(() -> new Unsupported(
                                    "backend %s is not called by GlobalPlatform's API: its instances are no trusted applications behind one"
                                            .formatted(backend.name()),
                                    "take a backend with the extension " + TrustedOs.class.getName()));
                    platform = new LentPlatform(os, instances.machine(), this::charged, gate, backend.gate());
                }
                return type.cast(platform);
            }
        }
    }

    LeaseInfo status() {
        synchronized (sessions) {
            int inFlight = gate.inside() + sessions.stream().mapToInt(GatedSession::inFlight).sum();
            return new LeaseInfo(backend.name(), runtime.name(), sessions.size(), inFlight);
        }
    }

    /**
     * Ends the loan because a provider goes: its sessions, then what they left of instances.
     *
     * @throws IllegalStateException naming what did not close; the loan has ended all the same
     */
    void revoke(String reason) {
        gate.close(reason);
        List<GatedSession> open;
        Optional<LentPlatform> lent;
        synchronized (sessions) {
            ended = true;
            open = List.copyOf(sessions);
            lent = Optional.ofNullable(platform);
        }
        try (var ending = new ResourceScope("the lease of " + backend.name() + " and " + runtime.name())) {
            ending.keep("instances", instances::destroyAll);
            lent.ifPresent(used -> ending.keep("trusted applications", used::end));
            open.forEach(session -> ending.keep("session", () -> session.end(reason)));
        } finally {
            backend.leases().remove(this);
            runtime.leases().remove(this);
        }
    }

    @Override
    public void close() {
        revoke("it was closed");
    }
}

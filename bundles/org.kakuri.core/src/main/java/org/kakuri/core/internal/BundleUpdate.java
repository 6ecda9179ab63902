package org.kakuri.core.internal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.kakuri.api.Deadline;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.runtime.LeaseInfo;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.SwapReport;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.TeeBackend;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;

/**
 * Updates a bundle blue/green: the new one is installed beside the old one, comes up, takes over its names; then the old one
 * is drained, stopped and uninstalled. Until the new one is up nothing has changed.
 */
final class BundleUpdate {
    private static final Duration COMING_UP = Duration.ofSeconds(10);
    private static final long POLL_NANOS = 2_000_000;

    private final BundleContext context;
    private final Registry<TeeBackend, BackendInfo> backends;
    private final Registry<IsolationRuntime, RuntimeInfo> runtimes;
    private final Path copies;

    BundleUpdate(BundleContext context, Registry<TeeBackend, BackendInfo> backends,
            Registry<IsolationRuntime, RuntimeInfo> runtimes) {
        this.context = context;
        this.backends = backends;
        this.runtimes = runtimes;
        this.copies = context.getDataFile("updates").toPath();
    }

    synchronized SwapReport update(Path jar, Duration drain) {
        BundleJar next = BundleJar.read(jar);
        List<Bundle> old = installed(next.symbolicName());
        if (old.stream().anyMatch(bundle -> bundle.getLocation().equals(next.location(copies)))) {
            return new SwapReport(next.symbolicName() + " is up to date", true, List.of(), List.of(), List.of(),
                    context.getBundles().length, 0, 0);
        }
        old.forEach(BundleUpdate::refuseIfOthersAreWiredTo);
        Bundle green = comeUp(next);
        long start = System.nanoTime();
        List<String> services = takeOver(green);
        long routing = System.nanoTime() - start;
        List<LeaseInfo> concerned = new ArrayList<>();
        int ended = 0;
        for (Bundle blue : old) {
            for (Provider<?, ?> provider : providers(blue)) {
                provider.leases().forEach(lease -> concerned.add(lease.status()));
                if (!provider.awaitNoLeases(Deadline.in(drain))) {
                    ended += provider.revokeLeases("its bundle was updated and its time to drain, %d s, is over"
                            .formatted(drain.toSeconds()));
                }
            }
            remove(blue);
        }
        return new SwapReport(title(next, old), true, changes(green, old), services, concerned,
                context.getBundles().length - 1, ended, routing);
    }

    private static String title(BundleJar next, List<Bundle> old) {
        return old.isEmpty()
                ? "install %s %s".formatted(next.symbolicName(), next.version())
                : "update %s to %s".formatted(next.symbolicName(), next.version());
    }

    private static List<String> changes(Bundle green, List<Bundle> old) {
        List<String> changes = new ArrayList<>();
        changes.add("%s [%d] installed from %s and started".formatted(green.getSymbolicName(), green.getBundleId(),
                green.getLocation()));
        old.forEach(blue -> changes
                .add("%s [%d] drained and uninstalled".formatted(blue.getSymbolicName(), blue.getBundleId())));
        return changes;
    }

    private List<Bundle> installed(String symbolicName) {
        return java.util.Arrays.stream(context.getBundles())
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
                .toList();
    }

    private static void refuseIfOthersAreWiredTo(Bundle bundle) {
        BundleWiring wiring = bundle.adapt(BundleWiring.class);
        if (wiring == null) {
            return;
        }
        List<String> others = wiring.getProvidedWires(null)
                .stream()
                .map(BundleWire::getRequirerWiring)
                .filter(Objects::nonNull)
                .map(BundleWiring::getBundle)
                .filter(other -> other != bundle)
                .map(Bundle::getSymbolicName)
                .distinct()
                .sorted()
                .toList();
        if (!others.isEmpty()) {
            throw new Refused("%s cannot be updated while it runs: %s use packages of it"
                    .formatted(bundle.getSymbolicName(), String.join(", ", others)), "restart the workbench instead");
        }
    }

    private Bundle comeUp(BundleJar next) {
        Bundle bundle = null;
        try {
            next.copyTo(copies);
            bundle = context.installBundle(next.location(copies));
            bundle.start(Bundle.START_TRANSIENT);
            awaitProviders(bundle);
            return bundle;
        } catch (BundleException | java.io.IOException e) {
            giveUp(bundle);
            throw new Refused("%s does not come up: %s".formatted(next.path(), oneLine(e)),
                    "the running one goes on; mend it and try again", e);
        } catch (Refused e) {
            giveUp(bundle);
            throw e;
        }
    }

    private static String oneLine(Exception e) {
        String text = e.getMessage() == null ? e.toString() : e.getMessage();
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private void awaitProviders(Bundle bundle) {
        Deadline deadline = Deadline.in(COMING_UP);
        List<String> missing;
        do {
            missing = new ArrayList<>(Declared.withoutService(bundle, TeeBackend.class, backends.registered()));
            missing.addAll(Declared.withoutService(bundle, IsolationRuntime.class, runtimes.registered()));
            if (missing.isEmpty()) {
                return;
            }
            java.util.concurrent.locks.LockSupport.parkNanos(POLL_NANOS);
        } while (!deadline.passed() && !Thread.currentThread().isInterrupted());
        throw new Refused("it does not come up: " + String.join("; ", missing),
                "the running one goes on; mend it and try again");
    }

    private void giveUp(Bundle bundle) {
        if (bundle != null) {
            remove(bundle);
        }
    }

    private void remove(Bundle bundle) {
        try {
            bundle.uninstall();
            BundleJar.deleteCopy(copies, bundle.getLocation());
        } catch (BundleException | java.io.IOException e) {
            System.getLogger(BundleUpdate.class.getName())
                    .log(System.Logger.Level.WARNING,
                            bundle.getSymbolicName() + " [" + bundle.getBundleId() + "] cannot be removed", e);
        }
    }

    private List<Provider<?, ?>> providers(Bundle bundle) {
        List<Provider<?, ?>> providers = new ArrayList<>();
        backends.registered().stream().filter(p -> p.bundleId() == bundle.getBundleId()).forEach(providers::add);
        runtimes.registered().stream().filter(p -> p.bundleId() == bundle.getBundleId()).forEach(providers::add);
        return providers;
    }

    private List<String> takeOver(Bundle green) {
        List<String> services = new ArrayList<>();
        for (var provider : backends.registered()) {
            if (provider.bundleId() == green.getBundleId()) {
                backends.prefer(provider);
                services.add("backend " + provider.name() + " is answered by the new bundle");
            }
        }
        for (var provider : runtimes.registered()) {
            if (provider.bundleId() == green.getBundleId()) {
                runtimes.prefer(provider);
                services.add("runtime " + provider.name() + " is answered by the new bundle");
            }
        }
        return services;
    }
}

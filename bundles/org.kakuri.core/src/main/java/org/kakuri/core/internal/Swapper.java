package org.kakuri.core.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.kakuri.api.Deadline;
import org.kakuri.api.Nearest;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.runtime.LeaseInfo;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.Swap;
import org.kakuri.api.runtime.SwapReport;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.TeeBackend;
import org.osgi.framework.BundleContext;

/** Swaps one provider for another by routing: no bundle is stopped, nobody who is not concerned is touched. */
final class Swapper {
    private final BundleContext context;
    private final Registry<TeeBackend, BackendInfo> backends;
    private final Registry<IsolationRuntime, RuntimeInfo> runtimes;

    Swapper(BundleContext context, Registry<TeeBackend, BackendInfo> backends,
            Registry<IsolationRuntime, RuntimeInfo> runtimes) {
        this.context = context;
        this.backends = backends;
        this.runtimes = runtimes;
    }

    SwapReport plan(Swap swap) {
        Pair pair = pair(swap);
        return report(swap, pair, false, leases(pair.from()), 0, 0);
    }

    /**
     * Swaps.
     *
     * @param routed told as soon as new leases go to the new one
     */
    SwapReport swap(Swap swap, Consumer<Swap> routed) {
        Pair pair = pair(swap);
        List<LeaseInfo> concerned = leases(pair.from());
        long start = System.nanoTime();
        registry(swap.kind()).route(swap.from(), swap.to());
        routed.accept(swap);
        long routing = System.nanoTime() - start;
        int ended = pair.from().awaitNoLeases(Deadline.in(swap.drain()))
                ? 0
                : pair.from()
                        .revokeLeases("%s %s was swapped for %s and its time to drain, %d s, is over"
                                .formatted(swap.kind().text(), swap.from(), swap.to(), swap.drain().toSeconds()));
        return report(swap, pair, true, concerned, ended, routing);
    }

    /** Both ends of a swap. */
    private record Pair(Provider<?, ?> from, Provider<?, ?> to) {}

    private Registry<?, ?> registry(Swap.Kind kind) {
        return kind == Swap.Kind.BACKEND ? backends : runtimes;
    }

    private Pair pair(Swap swap) {
        if (swap.from().equals(swap.to())) {
            throw new UsageError("%s %s cannot be swapped for itself".formatted(swap.kind().text(), swap.from()), "");
        }
        return new Pair(find(swap.kind(), swap.from()), find(swap.kind(), swap.to()));
    }

    private Provider<?, ?> find(Swap.Kind kind, String name) {
        Registry<?, ?> registry = registry(kind);
        var found = registry.find(name);
        if (found.isEmpty()) {
            throw Nearest.unknown(kind.text(), name, registry.all().stream().map(Provider::name).toList());
        }
        return found.get();
    }

    private static List<LeaseInfo> leases(Provider<?, ?> provider) {
        return provider.leases().stream().map(LeaseOnLoan::status).toList();
    }

    private SwapReport report(Swap swap, Pair pair, boolean done, List<LeaseInfo> sessions, int ended,
            long routingNanos) {
        List<String> services = new ArrayList<>();
        services.add(
                "new leases of %s %s %s %s".formatted(swap.kind().text(), swap.from(), done ? "go to" : "would go to",
                        swap.to()));
        if (pair.from().info() instanceof BackendInfo from && pair.to().info() instanceof BackendInfo to) {
            Set<Capability> lost = new java.util.HashSet<>(from.capabilities());
            lost.removeAll(to.capabilities());
            if (!lost.isEmpty()) {
                services.add("leases that need one of these are refused: " + lost.stream()
                        .map(Capability::name)
                        .collect(Collectors.toCollection(TreeSet::new)));
            }
        }
        return new SwapReport("swap %s %s for %s".formatted(swap.kind().text(), swap.from(), swap.to()), done,
                List.of(), services, sessions, context.getBundles().length, ended, routingNanos);
    }
}

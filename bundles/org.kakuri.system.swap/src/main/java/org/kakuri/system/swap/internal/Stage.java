package org.kakuri.system.swap.internal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.HotSwap;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.Swap;
import org.kakuri.api.runtime.SwapReport;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.platform.linux.ResourceScope;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Two backends that are swapped back and forth and bundles that are updated in turn, under load from callers. */
final class Stage implements AutoCloseable {
    private static final Duration DRAIN = Duration.ofSeconds(30);

    private final Workbench workbench;
    private final HotSwap swaps;
    private final String here;
    private final String there;
    private final Workbench.InUse inUse;
    private final Tally tally = new Tally();
    private final Waits waits = new Waits();
    private final Callers callers;
    private final Restarts restarts;
    private final List<BundleCopies> copies = new ArrayList<>();
    private final ResourceScope scope = new ResourceScope("the stage");
    private boolean away;
    private int updates;

    private Stage(Point point, TrialContext trial, HotSwap swaps, BundleContext context) {
        this.workbench = trial.workbench();
        this.swaps = swaps;
        this.here = point.text("from");
        this.there = point.text("to");
        this.inUse = workbench.inUse();
        Path scratch = trial.scratch();
        String runtime = point.text("runtime");
        bundles(context, point, trial).forEach(bundle -> copies.add(BundleCopies.of(bundle, scratch)));
        Selector selector = Selector.of(here, runtime);
        RuntimeImage image = TokenModule.in(scratch);
        Set<String> updated = new LinkedHashSet<>();
        copies.forEach(copy -> updated.add(copy.symbolicName()));
        this.restarts = scope.keep("listeners", new Restarts(context, updated));
        scope.keep("original bundles", this::restore);
        scope.keep("routes", this::unroute);
        try {
            this.callers = scope.keep("callers", new Callers(Math.toIntExact(point.number("callers")),
                    () -> new Caller(workbench, selector, image, tally, waits)));
        } catch (RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    /**
     * Sets up; callers are paused.
     *
     * @throws Unsupported if the runtime does not run the callers' program
     */
    static Stage open(Point point, TrialContext trial, HotSwap swaps, BundleContext context) {
        String runtime = point.text("runtime");
        if (point.text("from").equals(point.text("to"))) {
            throw new UsageError("from=%s and to=%s are the same backend".formatted(point.text("from"),
                    point.text("to")), "name two: see tee:list");
        }
        if (!trial.workbench().runtime(runtime).images().contains(RuntimeImage.Kind.WASM)) {
            throw new Unsupported("runtime %s does not run WebAssembly, which the callers' program is"
                    .formatted(runtime), "take wasm");
        }
        return new Stage(point, trial, swaps, context);
    }

    private static Collection<Bundle> bundles(BundleContext context, Point point, TrialContext trial) {
        Set<Bundle> bundles = new LinkedHashSet<>();
        bundles.add(provider(context, TeeBackend.class, TeeBackend.NAME, point.text("from")));
        bundles.add(provider(context, IsolationRuntime.class, IsolationRuntime.NAME, point.text("runtime")));
        bundles.add(provider(context, TeeBackend.class, TeeBackend.NAME, point.text("to")));
        String system = point.text("system");
        Arrays.stream(context.getBundles())
                .filter(bundle -> system.equals(bundle.getSymbolicName()) && bundle.getState() == Bundle.ACTIVE)
                .findFirst()
                .ifPresentOrElse(bundles::add, () -> trial.skipped("updates of " + system, "it is not installed"));
        return bundles;
    }

    private static Bundle provider(BundleContext context, Class<?> type, String property, String name) {
        try {
            ServiceReference<?>[] references = context.getServiceReferences(type.getName(),
                    "(" + property + "=" + name + ")");
            if (references != null && references[0].getBundle() != null) {
                return references[0].getBundle();
            }
        } catch (InvalidSyntaxException e) {
            throw new UsageError("no name of a service: " + name, "");
        }
        throw new Unsupported(name + " has no bundle at this moment", "see wb:status");
    }

    Callers callers() {
        return callers;
    }

    Waits waits() {
        return waits;
    }

    Tally tally() {
        return tally;
    }

    Restarts restarts() {
        return restarts;
    }

    /** Swaps to the other backend. */
    SwapReport swap() {
        Swap swap = new Swap(Swap.Kind.BACKEND, away ? there : here, away ? here : there, DRAIN);
        SwapReport report = swaps.swap(swap);
        away = !away;
        return report;
    }

    /** Updates the next bundle, round about. */
    SwapReport update() {
        return swaps.update(copies.get(updates++ % copies.size()).changed(), DRAIN);
    }

    private void restore() {
        for (int i = 0; i < Math.min(updates, copies.size()); i++) {
            swaps.update(copies.get(i).original(), DRAIN);
        }
    }

    private void unroute() {
        workbench.useBackend(here);
        workbench.useBackend(there);
        workbench.useBackend(inUse.backend());
    }

    @Override
    public void close() {
        scope.close();
    }
}

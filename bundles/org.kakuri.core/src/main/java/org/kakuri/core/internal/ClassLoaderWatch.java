package org.kakuri.core.internal;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.kakuri.api.Deadline;
import org.kakuri.api.runtime.LoaderWatch;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** Knows the class loader of every bundle that was started, by weak reference, and asks after those of bundles that went. */
@Component(immediate = true)
public final class ClassLoaderWatch implements LoaderWatch, SynchronousBundleListener {
    private static final long PAUSE_NANOS = 20_000_000;

    private final BundleContext context;
    private final Map<Long, Watched> live = new HashMap<>();
    private final List<Watched> gone = new ArrayList<>();
    private long collected;

    /** A class loader and whose it is. */
    private record Watched(StaleLoader whose, WeakReference<ClassLoader> loader) {}

    /** Begins to watch. */
    @Activate
    public ClassLoaderWatch(BundleContext context) {
        this.context = context;
        context.addBundleListener(this);
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getState() == Bundle.ACTIVE || bundle.getState() == Bundle.STARTING) {
                came(bundle);
            }
        }
    }

    /** Watches no more. */
    @Deactivate
    void stop() {
        context.removeBundleListener(this);
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        switch (event.getType()) {
        case BundleEvent.STARTED, BundleEvent.STOPPING -> came(event.getBundle());
        case BundleEvent.UPDATED, BundleEvent.UNINSTALLED -> went(event.getBundle().getBundleId());
        default -> {}
        }
    }

    private void came(Bundle bundle) {
        BundleWiring wiring = bundle.getBundleId() == 0 ? null : bundle.adapt(BundleWiring.class);
        ClassLoader loader = wiring == null ? null : wiring.getClassLoader();
        if (loader != null) {
            synchronized (this) {
                live.computeIfAbsent(bundle.getBundleId(), id -> new Watched(
                        new StaleLoader(bundle.getSymbolicName(), id, bundle.getLocation()),
                        new WeakReference<>(loader)));
            }
        }
    }

    private synchronized void went(long id) {
        Watched watched = live.remove(id);
        if (watched != null) {
            gone.add(watched);
        }
    }

    @Override
    public List<StaleLoader> stale(Deadline deadline) {
        List<StaleLoader> left = left();
        while (!left.isEmpty() && !Thread.currentThread().isInterrupted()) {
            System.gc();
            left = left();
            if (left.isEmpty() || deadline.passed()) {
                break;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return left;
    }

    private synchronized List<StaleLoader> left() {
        int before = gone.size();
        gone.removeIf(watched -> watched.loader().refersTo(null));
        collected += before - gone.size();
        return gone.stream().map(Watched::whose).toList();
    }

    @Override
    public synchronized long collected() {
        return collected;
    }
}

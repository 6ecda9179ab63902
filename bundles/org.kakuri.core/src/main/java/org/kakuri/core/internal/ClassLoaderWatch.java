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
    private final List<Gone> gone = new ArrayList<>();
    private final Map<String, Integer> goneByName = new HashMap<>();
    private long collected;

    /** A class loader and whose it is. */
    private record Watched(String name, long id, String location, WeakReference<ClassLoader> loader) {}

    /** The class loader of a bundle that went as the nth of its name. */
    private record Gone(Watched watched, int nth) {}

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
                live.computeIfAbsent(bundle.getBundleId(),
                        id -> new Watched(bundle.getSymbolicName(), id, bundle.getLocation(),
                                new WeakReference<>(loader)));
            }
        }
    }

    private synchronized void went(long id) {
        Watched watched = live.remove(id);
        if (watched != null) {
            gone.add(new Gone(watched, goneByName.merge(watched.name(), 1, Integer::sum)));
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
        gone.removeIf(one -> one.watched().loader().refersTo(null));
        collected += before - gone.size();
        return gone.stream().map(this::stale).toList();
    }

    private StaleLoader stale(Gone one) {
        Watched whose = one.watched();
        return new StaleLoader(whose.name(), whose.id(), whose.location(), goneByName.get(whose.name()) - one.nth());
    }

    @Override
    public synchronized long collected() {
        return collected;
    }
}

package org.kakuri.system.swap.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.SynchronousBundleListener;

/**
 * Notes what happens to bundles that nobody updates: each that stops, starts, is updated or goes, and each of their components
 * that is withdrawn, counts as a restart.
 */
final class Restarts implements SynchronousBundleListener, ServiceListener, AutoCloseable {
    /** Services of components, as declarative services mark them. */
    private static final String COMPONENTS = "(component.name=*)";

    private final BundleContext context;
    private final Set<String> updated;
    private final List<String> seen = new ArrayList<>();

    /**
     * Begins to listen.
     *
     * @param updated symbolic names of the bundles that are updated
     */
    Restarts(BundleContext context, Set<String> updated) {
        this.context = context;
        this.updated = Set.copyOf(updated);
        context.addBundleListener(this);
        try {
            context.addServiceListener(this, COMPONENTS);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        switch (event.getType()) {
        case BundleEvent.STARTED -> note(event.getBundle(), "started");
        case BundleEvent.STOPPED -> note(event.getBundle(), "stopped");
        case BundleEvent.UPDATED -> note(event.getBundle(), "updated");
        case BundleEvent.UNINSTALLED -> note(event.getBundle(), "uninstalled");
        default -> {}
        }
    }

    @Override
    public void serviceChanged(ServiceEvent event) {
        if (event.getType() == ServiceEvent.UNREGISTERING) {
            Bundle bundle = event.getServiceReference().getBundle();
            note(bundle, "withdrew component " + event.getServiceReference().getProperty("component.name"));
        }
    }

    private synchronized void note(Bundle bundle, String what) {
        if (bundle != null && !updated.contains(bundle.getSymbolicName())) {
            seen.add(bundle.getSymbolicName() + " " + what);
        }
    }

    /** Returns what was seen until now. */
    synchronized List<String> seen() {
        return List.copyOf(seen);
    }

    @Override
    public void close() {
        context.removeServiceListener(this);
        context.removeBundleListener(this);
    }
}

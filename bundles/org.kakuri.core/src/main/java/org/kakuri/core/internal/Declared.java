package org.kakuri.core.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleRevision;

/** Compares what installed bundles declare in their manifests ({@code osgi.service}) with what is registered. */
final class Declared {
    private Declared() {}

    /** Returns a line for each bundle that declares a service of the type and has not registered one. */
    static List<String> withoutService(BundleContext context, Class<?> type,
            Collection<? extends Provider<?, ?>> registered) {
        Set<Long> there = registered.stream().map(Provider::bundleId).collect(Collectors.toSet());
        List<String> missing = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            BundleRevision revision = bundle.adapt(BundleRevision.class);
            if (revision != null && declares(revision, type) && !there.contains(bundle.getBundleId())) {
                missing.add("%s declares a %s and provides none; the bundle is %s".formatted(bundle.getSymbolicName(),
                        type.getSimpleName(), state(bundle)));
            }
        }
        return missing;
    }

    private static boolean declares(BundleRevision revision, Class<?> type) {
        return revision.getDeclaredCapabilities("osgi.service")
                .stream()
                .anyMatch(
                        capability -> capability.getAttributes().get("objectClass") instanceof List<?> classes
                                && classes.contains(type.getName()));
    }

    private static String state(Bundle bundle) {
        return switch (bundle.getState()) {
        case Bundle.INSTALLED -> "not resolved";
        case Bundle.RESOLVED -> "stopped";
        case Bundle.STARTING -> "starting";
        case Bundle.STOPPING -> "stopping";
        case Bundle.ACTIVE -> "active, but its component waits for something (see scr:list)";
        default -> "uninstalled";
        };
    }
}

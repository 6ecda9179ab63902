package org.kakuri.core.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleRevision;

/** Compares what installed bundles declare in their manifests ({@code osgi.service}) with what is registered. */
final class Declared {
    private Declared() {}

    /** Returns a line for each bundle that declares a service of the type and has not registered one. */
    static List<String> withoutService(BundleContext context, Class<?> type,
            Collection<? extends Provider<?, ?>> registered) {
        List<String> missing = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            missing.addAll(withoutService(bundle, type, registered));
        }
        return missing;
    }

    /** Returns a line if the bundle declares a service of the type and has not registered one, otherwise nothing. */
    static List<String> withoutService(Bundle bundle, Class<?> type,
            Collection<? extends Provider<?, ?>> registered) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        boolean there = registered.stream().anyMatch(provider -> provider.bundleId() == bundle.getBundleId());
        if (revision == null || there || !declares(revision, type)) {
            return List.of();
        }
        return List.of("%s declares a %s and provides none; the bundle is %s".formatted(bundle.getSymbolicName(),
                type.getSimpleName(), state(bundle)));
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

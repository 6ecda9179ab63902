package org.kakuri.domain.internal.closure;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kakuri.api.Unsupported;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;

/**
 * The bundles that some bundles run on in this framework, at this moment.
 * <ul>
 * <li>Of a bundle in use (a backend, a runtime): every bundle it is wired to, and so on along package, bundle and fragment
 * wires, optional ones included: exactly the wiring in use.
 * <li>Of infrastructure (whatever provides another capability, such as the extender of declarative services, or is needed as
 * a service): what it cannot do without. Optional wires are left out, so that no shell comes along.
 * <li>A service that a bundle declares as needed ({@code osgi.service}, not optional) is provided by a bundle of the closure
 * if there is one that can, else by the oldest bundle of the framework that declares it: another backend does not come along
 * because core can use any.
 * </ul>
 * The framework itself is left out.
 */
public final class WiringClosure {
    private static final String SERVICE = "osgi.service";
    private static final Set<String> CODE = Set.of(BundleRevision.PACKAGE_NAMESPACE, BundleRevision.BUNDLE_NAMESPACE,
            BundleRevision.HOST_NAMESPACE);

    private final BundleContext context;
    private final Set<Bundle> exact = new HashSet<>();
    private final Set<Bundle> found = new HashSet<>();
    private final Deque<Bundle> queue = new ArrayDeque<>();

    private WiringClosure(BundleContext context) {
        this.context = context;
    }

    /**
     * Computes a closure.
     *
     * @param context of any bundle of the framework
     * @param inUse bundles in use
     * @param infrastructure bundles needed beside them
     * @return the bundles, oldest first
     * @throws Unsupported if one of them is not resolved, or a service it needs is provided by nobody
     */
    public static List<Bundle> of(BundleContext context, Collection<Bundle> inUse, Collection<Bundle> infrastructure) {
        WiringClosure closure = new WiringClosure(context);
        inUse.forEach(bundle -> closure.add(bundle, true));
        infrastructure.forEach(bundle -> closure.add(bundle, false));
        closure.followWires();
        while (closure.addMissingService()) {
            closure.followWires();
        }
        return closure.found.stream().sorted(Comparator.comparingLong(Bundle::getBundleId)).toList();
    }

    private void add(Bundle bundle, boolean inUse) {
        if (bundle.getBundleId() == Constants.SYSTEM_BUNDLE_ID) {
            return;
        }
        boolean isNew = found.add(bundle);
        boolean isUpgraded = inUse && exact.add(bundle);
        if (isNew || isUpgraded) {
            queue.add(bundle);
        }
    }

    private void followWires() {
        for (Bundle bundle = queue.poll(); bundle != null; bundle = queue.poll()) {
            boolean all = exact.contains(bundle);
            BundleWiring wiring = wiring(bundle);
            for (BundleWire wire : wiring.getRequiredWires(null)) {
                boolean optional = Constants.RESOLUTION_OPTIONAL
                        .equals(wire.getRequirement().getDirectives().get(Constants.RESOLUTION_DIRECTIVE));
                if (all || !optional) {
                    add(wire.getProviderWiring().getBundle(),
                            all && CODE.contains(wire.getCapability().getNamespace()));
                }
            }
            for (BundleWire fragment : wiring.getProvidedWires(BundleRevision.HOST_NAMESPACE)) {
                add(fragment.getRequirerWiring().getBundle(), all);
            }
        }
    }

    private static BundleWiring wiring(Bundle bundle) {
        BundleWiring wiring = bundle.adapt(BundleWiring.class);
        if (wiring == null) {
            throw new Unsupported("bundle " + bundle.getSymbolicName() + " is not resolved, so nobody can run on it",
                    "see why: felix:resolve " + bundle.getBundleId());
        }
        return wiring;
    }

    private boolean addMissingService() {
        for (Bundle bundle : found) {
            for (BundleRequirement need : wiring(bundle).getRevision().getDeclaredRequirements(SERVICE)) {
                boolean optional = Constants.RESOLUTION_OPTIONAL
                        .equals(need.getDirectives().get(Constants.RESOLUTION_DIRECTIVE));
                if (!optional && found.stream().noneMatch(other -> provides(other, need))) {
                    add(provider(bundle, need), false);
                    return true;
                }
            }
        }
        return false;
    }

    private Bundle provider(Bundle wanting, BundleRequirement need) {
        List<Bundle> bundles = new ArrayList<>(List.of(context.getBundles()));
        bundles.sort(Comparator.comparingLong(Bundle::getBundleId));
        Optional<Bundle> provider = bundles.stream()
                .filter(bundle -> (bundle.getState() & (Bundle.ACTIVE | Bundle.STARTING)) != 0)
                .filter(bundle -> bundle.adapt(BundleWiring.class) != null)
                .filter(bundle -> provides(bundle, need))
                .findFirst();
        return provider.orElseThrow(() -> new Unsupported(
                "bundle " + wanting.getSymbolicName() + " needs a service that no started bundle declares: "
                        + need.getDirectives().get(Constants.FILTER_DIRECTIVE),
                "start the bundle that provides it"));
    }

    private static boolean provides(Bundle bundle, BundleRequirement need) {
        List<BundleCapability> declared = wiring(bundle).getRevision().getDeclaredCapabilities(SERVICE);
        return declared.stream().anyMatch(need::matches);
    }
}

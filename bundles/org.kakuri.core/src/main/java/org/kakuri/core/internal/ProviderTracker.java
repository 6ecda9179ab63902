package org.kakuri.core.internal;

import java.time.Duration;
import org.kakuri.api.Deadline;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.TeeBackend;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/**
 * The only tracker of backends and runtimes. When one goes, the thread that stops it is held while calls drain, for a bounded
 * time; then its leases end with a typed error.
 */
final class ProviderTracker extends ServiceTracker<Object, Provider<?, ?>> {
    private static final System.Logger LOG = System.getLogger(ProviderTracker.class.getName());

    private final Registry<TeeBackend, BackendInfo> backends;
    private final Registry<IsolationRuntime, RuntimeInfo> runtimes;
    private final VariantShelf variants;
    private final Duration drain;

    ProviderTracker(BundleContext context, Registry<TeeBackend, BackendInfo> backends,
            Registry<IsolationRuntime, RuntimeInfo> runtimes, VariantShelf variants, Duration drain) {
        super(context, filter(), null);
        this.backends = backends;
        this.runtimes = runtimes;
        this.variants = variants;
        this.drain = drain;
    }

    private static org.osgi.framework.Filter filter() {
        try {
            return FrameworkUtil.createFilter("(|(objectClass=%s)(objectClass=%s))"
                    .formatted(TeeBackend.class.getName(), IsolationRuntime.class.getName()));
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Provider<?, ?> addingService(ServiceReference<Object> reference) {
        Object service = context.getService(reference);
        long bundle = reference.getBundle().getBundleId();
        try {
            return switch (service) {
            case TeeBackend backend -> {
                var provider = register(backends, new Provider<>("backend", backend.info().name(), backend,
                        backend.info(), bundle), reference, TeeBackend.NAME);
                variants.baseAppeared(provider);
                yield provider;
            }
            case IsolationRuntime runtime -> register(runtimes, new Provider<>("runtime", runtime.info().name(),
                    runtime, runtime.info(), bundle), reference, IsolationRuntime.NAME);
            case null, default -> null;
            };
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR,
                    "bundle " + reference.getBundle() + " is left out: its provider does not say what it is", e);
            context.ungetService(reference);
            return null;
        }
    }

    private static <S, I> Provider<S, I> register(Registry<S, I> registry, Provider<S, I> provider,
            ServiceReference<?> reference, String property) {
        if (!provider.name().equals(reference.getProperty(property))) {
            throw new IllegalArgumentException("service property %s=%s differs from the name in its info: %s"
                    .formatted(property, reference.getProperty(property), provider.name()));
        }
        if (!registry.add(provider)) {
            LOG.log(System.Logger.Level.DEBUG,
                    "bundle {0} provides {1}, a name that is taken; it answers when an update says so, or the older one goes",
                    reference.getBundle(), provider.name());
        }
        return provider;
    }

    @Override
    public void removedService(ServiceReference<Object> reference, Provider<?, ?> provider) {
        backends.registered().stream().filter(p -> p == provider).forEach(backends::remove);
        runtimes.registered().stream().filter(p -> p == provider).forEach(runtimes::remove);
        int left = provider.retire(Deadline.in(drain));
        for (Provider<?, ?> variant : variants.baseGone(provider)) {
            left += variant.retire(Deadline.in(drain));
        }
        if (left > 0) {
            LOG.log(System.Logger.Level.WARNING,
                    "{0} was stopped with {1} calls still inside after {2}; they end with an error", provider.name(),
                    left, drain);
        }
        context.ungetService(reference);
    }
}

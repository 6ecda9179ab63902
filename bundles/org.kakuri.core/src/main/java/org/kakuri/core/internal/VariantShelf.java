package org.kakuri.core.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.kakuri.api.Deadline;
import org.kakuri.api.Nearest;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.Variant;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.api.tee.Variable;

/** Makes backends of variants whenever their base is there, and takes them away with it. */
final class VariantShelf {
    private static final System.Logger LOG = System.getLogger(VariantShelf.class.getName());
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,30}");

    private final VariantFiles files;
    private final Registry<TeeBackend, BackendInfo> backends;
    private final Map<String, Variant> variants = new TreeMap<>();
    private final List<Provider<TeeBackend, BackendInfo>> derived = new ArrayList<>();

    VariantShelf(VariantFiles files, Registry<TeeBackend, BackendInfo> backends) {
        this.files = files;
        this.backends = backends;
        files.readAll().forEach(variant -> variants.put(variant.name(), variant));
    }

    synchronized List<Variant> all() {
        return List.copyOf(variants.values());
    }

    /** Told when a backend has appeared. */
    synchronized void baseAppeared(Provider<TeeBackend, BackendInfo> base) {
        for (Variant variant : variants.values()) {
            if (variant.base().equals(base.name())) {
                try {
                    register(variant, base);
                } catch (UsageError e) {
                    LOG.log(System.Logger.Level.WARNING, "variant {0} is left out: {1}", variant.name(),
                            e.getMessage());
                }
            }
        }
    }

    /** Told when a backend goes; returns what was derived from it, already out of the registry. */
    synchronized List<Provider<TeeBackend, BackendInfo>> baseGone(Provider<?, ?> base) {
        List<Provider<TeeBackend, BackendInfo>> going = derived.stream()
                .filter(provider -> provider.bundleId() == base.bundleId())
                .toList();
        going.forEach(this::unregister);
        return going;
    }

    synchronized BackendInfo derive(Variant variant) {
        if (!NAME.matcher(variant.name()).matches()) {
            throw new UsageError("no name for a backend: " + variant.name(),
                    "use lower case letters, digits and hyphens, at most 31");
        }
        if (backends.find(variant.name()).isPresent()) {
            throw new UsageError("backend %s exists".formatted(variant.name()), "take another name");
        }
        var base = backends.find(variant.base())
                .orElseThrow(() -> Nearest.unknown("backend", variant.base(),
                        backends.all().stream().map(Provider::name).toList()));
        if (derived.contains(base)) {
            throw new UsageError("%s is a variant itself".formatted(base.name()), "derive from its base");
        }
        for (String event : variant.prices().keySet()) {
            if (!base.info().events().containsKey(event)) {
                throw Nearest.unknown("event of backend " + base.name(), event, base.info().events().keySet());
            }
        }
        BackendInfo info = register(variant, base).info();
        variants.put(variant.name(), variant);
        files.write(variant);
        return info;
    }

    void drop(String name) {
        List<Provider<TeeBackend, BackendInfo>> going;
        synchronized (this) {
            if (variants.remove(name) == null) {
                throw Nearest.unknown("variant", name, variants.keySet());
            }
            going = derived.stream().filter(provider -> provider.name().equals(name)).toList();
            going.forEach(this::unregister);
            files.delete(name);
        }
        going.forEach(provider -> provider.retire(Deadline.in(Duration.ZERO)));
    }

    private Provider<TeeBackend, BackendInfo> register(Variant variant, Provider<TeeBackend, BackendInfo> base) {
        var backend = new DerivedBackend(variant, platform(variant, base.service()));
        var provider = new Provider<TeeBackend, BackendInfo>("backend", variant.name(), backend, backend.info(),
                base.bundleId());
        backends.add(provider);
        derived.add(provider);
        return provider;
    }

    private static TeeBackend platform(Variant variant, TeeBackend base) {
        if (variant.settings().isEmpty()) {
            return base;
        }
        return base.extension(Variable.class)
                .orElseThrow(() -> new UsageError(
                        "nothing can be set on backend %s: %s".formatted(variant.base(), variant.settings()),
                        "only --price can differ"))
                .vary(variant.name(), variant.settings());
    }

    private void unregister(Provider<TeeBackend, BackendInfo> provider) {
        backends.remove(provider);
        derived.remove(provider);
    }
}

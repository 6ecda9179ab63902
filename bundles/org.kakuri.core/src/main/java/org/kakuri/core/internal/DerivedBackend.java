package org.kakuri.core.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.runtime.Variant;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.Crossing;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Price;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.api.tee.TeeInstance;

/** A variant at work: another backend, with some prices of its own. */
final class DerivedBackend implements TeeBackend {
    private final Variant variant;
    private final TeeBackend platform;
    private final BackendInfo info;

    /**
     * @param variant what it is
     * @param platform the base, or what the base made of the variant's settings
     */
    DerivedBackend(Variant variant, TeeBackend platform) {
        this.variant = variant;
        this.platform = platform;
        BackendInfo base = platform.info();
        this.info = new BackendInfo(variant.name(), "%s (variant of %s)".formatted(base.title(), variant.base()),
                base.architecture(), base.inner(), base.capabilities(), base.limits(), base.evidenceFormat(),
                base.events(), base.operations(), base.sources());
    }

    /** Returns the profile with the variant's own prices in it. */
    CostProfile charged(CostProfile profile) {
        if (variant.prices().isEmpty()) {
            return profile;
        }
        Map<String, Price> prices = new HashMap<>(profile.prices());
        variant.prices()
                .forEach((event, ns) -> prices.put(event, new Price(ns, 0, ns, ns,
                        "assumed: tee:derive %s --price %s=%s".formatted(variant.name(), event, ns), false, "")));
        String suffix = "+" + variant.name();
        String id = profile.id().endsWith(suffix) ? profile.id() : profile.id() + suffix;
        return new CostProfile(id, profile.title(), profile.platform(), profile.architecture(), prices);
    }

    @Override
    public BackendInfo info() {
        return info;
    }

    @Override
    public TeeInstance create(Machine machine, InstanceSpec spec) {
        Pricing pricing = new Pricing(charged(spec.pricing().profile()), spec.pricing().injected());
        return platform.create(machine,
                new InstanceSpec(spec.name(), spec.identity(), spec.memoryBytes(), pricing, spec.options()));
    }

    @Override
    public List<Crossing> cross(IoIntent intent) {
        return platform.cross(intent);
    }

    @Override
    public <T> Optional<T> extension(Class<T> type) {
        return platform.extension(type);
    }
}

package org.kakuri.tee.model.instance;

import java.util.Optional;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.AddressSpace;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.Inside;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.Sealing;
import org.kakuri.api.tee.SpaceSpec;

/** What code inside is given: each call first makes sure that it comes from there. */
record InsideView(ContextRunner context) implements Inside {
    private InstanceRules rules() {
        return context.instance().rules();
    }

    @Override
    public Actor actor() {
        return context.actor();
    }

    @Override
    public Evidence attest(byte[] reportData) {
        context.requireInside("attest");
        if (reportData.length > 64) {
            throw new IllegalArgumentException("report data has at most 64 bytes: bytes=" + reportData.length);
        }
        return rules().attest(context, reportData.clone());
    }

    @Override
    public Sealing sealing() {
        context.requireInside("sealing");
        return rules().sealing(context);
    }

    @Override
    public long callHost(HostRequest request) {
        return context.callHost(request);
    }

    @Override
    public void safepoint() {
        context.safepoint();
    }

    @Override
    public void accept(Range range) {
        context.accept(range);
    }

    @Override
    public AddressSpace newSpace(SpaceSpec spec) {
        context.requireInside("newSpace");
        return rules().newSpace(context, spec);
    }

    @Override
    public <T> Optional<T> extension(Class<T> type) {
        context.requireInside("extension");
        return rules().insideExtension(context, type);
    }
}

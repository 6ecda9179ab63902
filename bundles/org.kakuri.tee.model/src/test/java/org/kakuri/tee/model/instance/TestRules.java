package org.kakuri.tee.model.instance;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.kakuri.api.tee.AddressSpace;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.SecurityState;
import org.kakuri.api.tee.SpaceSpec;

/** Rules that write down which hook was called. */
class TestRules implements InstanceRules {
    final List<String> log = new CopyOnWriteArrayList<>();
    boolean dynamic;
    boolean lateContexts = true;
    int limit = Integer.MAX_VALUE;
    RuntimeException onAttach;
    RuntimeException onShare;

    @Override
    public String backend() {
        return "test";
    }

    @Override
    public SecurityState securityState() {
        return SecurityState.SECURE;
    }

    @Override
    public Set<String> options() {
        return Set.of("heap", "stack");
    }

    @Override
    public int maxContexts() {
        return limit;
    }

    @Override
    public boolean contextsAfterSeal() {
        return lateContexts;
    }

    @Override
    public boolean dynamicMemory() {
        return dynamic;
    }

    @Override
    public void attached(InstanceModel own, Attachment attachment) {
        if (onAttach != null) {
            throw onAttach;
        }
        log.add("attached " + attachment);
    }

    @Override
    public void accepted(InstanceModel own, Attachment attachment) {
        log.add("accepted " + attachment);
    }

    @Override
    public void detached(InstanceModel own, Attachment attachment) {
        log.add("detached " + attachment);
    }

    @Override
    public Measurement measure(InstanceModel own, List<Attachment> attachments) {
        return ImageDigest.measure("TEST", attachments);
    }

    @Override
    public void shared(InstanceModel own, Range physical, boolean registered) {
        if (onShare != null) {
            throw onShare;
        }
        log.add("shared " + physical.bytes() + (registered ? " registered" : ""));
    }

    @Override
    public void unshared(InstanceModel own, Range physical, boolean registered) {
        log.add("unshared " + physical.bytes() + (registered ? " registered" : ""));
    }

    @Override
    public void started(ContextRunner context) {
        log.add("started " + context.name());
    }

    @Override
    public void left(ContextRunner context, Exit exit) {
        log.add("left " + exit.getClass().getSimpleName());
        context.instance().recorder().record("LEFT");
    }

    @Override
    public void reentered(ContextRunner context, Exit exit) {
        log.add("reentered " + exit.getClass().getSimpleName());
    }

    @Override
    public void ended(ContextRunner context, Exit.Final exit) {
        log.add("ended " + exit.getClass().getSimpleName());
    }

    @Override
    public void destroyed(InstanceModel own) {
        log.add("destroyed");
    }

    @Override
    public AddressSpace newSpace(ContextRunner context, SpaceSpec spec) {
        return context.instance().newSpace(spec);
    }
}

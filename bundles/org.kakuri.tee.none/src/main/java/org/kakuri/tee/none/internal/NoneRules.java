package org.kakuri.tee.none.internal;

import java.util.List;
import org.kakuri.api.tee.AddressSpace;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.SecurityState;
import org.kakuri.api.tee.SpaceSpec;
import org.kakuri.tee.model.instance.Attachment;
import org.kakuri.tee.model.instance.ContextRunner;
import org.kakuri.tee.model.instance.ImageDigest;
import org.kakuri.tee.model.instance.InstanceModel;
import org.kakuri.tee.model.instance.InstanceRules;

/** An instance that is an ordinary program: code and host are the same world, and calls of the host are only counted. */
final class NoneRules implements InstanceRules {
    /** Event: the code called its host. No world is crossed: it is what a system call would be. */
    static final String HOST_CALL = "HOST_CALL";
    /** Event: the code let its host in at a safepoint. */
    static final String HOST_INTERRUPT = "HOST_INTERRUPT";

    @Override
    public String backend() {
        return NoneBackend.BACKEND;
    }

    @Override
    public SecurityState securityState() {
        return SecurityState.NORMAL;
    }

    @Override
    public boolean dynamicMemory() {
        return true;
    }

    @Override
    public Backing guarded(InstanceModel own, Backing backing) {
        return new UnguardedBacking(backing);
    }

    @Override
    public Measurement measure(InstanceModel own, List<Attachment> attachments) {
        return ImageDigest.measure("IMAGE", attachments);
    }

    @Override
    public void left(ContextRunner context, Exit exit) {
        var recorder = context.instance().recorder();
        switch (exit) {
        case Exit.HostCall(var request) -> recorder.record(HOST_CALL, 1, request.bytes());
        case Exit.Interrupt _ -> recorder.record(HOST_INTERRUPT);
        default -> {}
        }
    }

    @Override
    public AddressSpace newSpace(ContextRunner context, SpaceSpec spec) {
        return context.instance().newSpace(spec);
    }
}

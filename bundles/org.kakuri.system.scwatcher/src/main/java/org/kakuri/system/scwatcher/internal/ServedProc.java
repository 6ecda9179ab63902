package org.kakuri.system.scwatcher.internal;

import org.kakuri.api.runtime.ServedTree;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachines;
import org.kakuri.system.scwatcher.internal.fetch.Fetching;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The /proc of the guest that is watched, for programs in isolation runtimes: {@code mount./proc=served:vm-proc}. */
@Component(property = ServedTree.NAME + "=" + ServedProc.NAME)
public final class ServedProc implements ServedTree {
    static final String NAME = "vm-proc";

    private final VirtualMachines machines;
    private final Introspection introspection;
    private final Watching watching;

    /** Takes where machines are. */
    @Activate
    public ServedProc(@Reference VirtualMachines machines, @Reference Introspection introspection,
            @Reference Watching watching) {
        this.machines = machines;
        this.introspection = introspection;
        this.watching = watching;
    }

    @Override
    public View open(WayOut out) {
        return new GuestTree(Watched.choose(machines, watching.machine()), introspection, GuestTree.What.PROC,
                Fetching.CACHED, _ -> {}).open(out);
    }
}

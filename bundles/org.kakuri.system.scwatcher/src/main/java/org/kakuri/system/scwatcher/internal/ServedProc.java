package org.kakuri.system.scwatcher.internal;

import java.util.Optional;
import org.kakuri.api.runtime.ServedTree;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachines;
import org.kakuri.system.scwatcher.internal.proc.Entry;
import org.kakuri.system.scwatcher.internal.proc.Proc;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The guest's /proc for programs in isolation runtimes: {@code mount./proc=served:vm-proc}. */
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
    public View open() {
        Proc proc = new Watched(Watched.choose(machines, watching.machine()), introspection).now();
        return new View() {
            @Override
            public Optional<Node> find(String path, int reader) {
                return proc.find(path, reader).map(ServedProc::node);
            }

            @Override
            public void close() {}
        };
    }

    private static Node node(Entry entry) {
        return switch (entry) {
        case Entry.Text text -> new File(text.content());
        case Entry.Folder folder -> new Folder(folder.entries());
        case Entry.Link link -> new Link(link.target());
        };
    }
}

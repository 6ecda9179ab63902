package org.kakuri.system.scwatcher.internal;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.vm.GuestSystem;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.api.vm.VirtualMachine.Pause;
import org.kakuri.api.vm.VirtualMachines;
import org.kakuri.system.scwatcher.internal.fuse.FuseSource;
import org.kakuri.system.scwatcher.internal.proc.Moment;
import org.kakuri.system.scwatcher.internal.proc.Proc;
import org.kakuri.system.scwatcher.internal.watch.HiddenSocket;
import org.kakuri.system.scwatcher.internal.watch.Look;

/** A machine that is watched. Thread-safe; the guest stands still while a moment is read, where it can be paused. */
final class Watched implements FuseSource {
    private static final int MOST_READERS = 64;
    private static final long FRESH_NANOS = 2_000_000_000L;

    private record Seen(Proc proc, long since) {}

    private final VirtualMachine machine;
    private final GuestSystem system;
    private final Map<Integer, Seen> readers = new LinkedHashMap<>(16, 0.75f, true);

    Watched(VirtualMachine machine, Introspection introspection) {
        this.machine = machine;
        this.system = introspection.inspect(machine.memory(), machine.kernel());
    }

    /** Returns the machine of that name; of no name the only one there is. */
    static VirtualMachine choose(VirtualMachines machines, String name) {
        if (!name.isEmpty()) {
            return machines.machine(name);
        }
        List<VirtualMachine> all = machines.machines();
        if (all.size() != 1) {
            throw new UsageError(all.isEmpty() ? "there is no virtual machine to watch"
                    : "there are %d virtual machines".formatted(all.size()),
                    all.isEmpty() ? "vm:start boots one" : "say which: --machine NAME; see vm:list");
        }
        return all.getFirst();
    }

    VirtualMachine machine() {
        return machine;
    }

    GuestSystem system() {
        return system;
    }

    Pause pause() {
        try {
            return machine.pause();
        } catch (Unsupported live) {
            return () -> {};
        }
    }

    /** Reads the guest as it is now. */
    synchronized Proc now() {
        try (Pause _ = pause()) {
            return new Proc(Moment.read(system), system, this::pause);
        }
    }

    /** Looks at what is compared with another time. */
    synchronized Look look(Collection<String> files) {
        try (Pause _ = pause()) {
            return Look.at(system, files);
        }
    }

    /** Returns the sockets that hide. */
    synchronized List<HiddenSocket> hiddenSockets() {
        try (Pause _ = pause()) {
            return HiddenSocket.find(system, system.tasks().rows());
        }
    }

    /** Counts what a look at processes and sockets had to leave out. */
    synchronized int skipped() {
        try (Pause _ = pause()) {
            return system.tasks().skipped().size() + system.sockets().skipped().size();
        }
    }

    /** A process sees one moment for two seconds, or until it lists the top anew. */
    @Override
    public synchronized Proc of(int pid, boolean again) {
        long time = System.nanoTime();
        Seen seen = readers.get(pid);
        if (seen == null || again || time - seen.since > FRESH_NANOS) {
            seen = new Seen(now(), time);
            readers.put(pid, seen);
            if (readers.size() > MOST_READERS) {
                readers.remove(readers.keySet().iterator().next());
            }
        }
        return seen.proc;
    }
}

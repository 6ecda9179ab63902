package org.kakuri.system.scwatcher.internal;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.ServedTree.WayOut;
import org.kakuri.api.vm.GuestSystem;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.api.vm.VirtualMachine.Pause;
import org.kakuri.api.vm.VirtualMachines;
import org.kakuri.system.scwatcher.internal.fetch.FetchCount;
import org.kakuri.system.scwatcher.internal.fetch.FetchedMemory;
import org.kakuri.system.scwatcher.internal.fetch.Fetching;
import org.kakuri.system.scwatcher.internal.proc.Moment;
import org.kakuri.system.scwatcher.internal.proc.Proc;
import org.kakuri.system.scwatcher.internal.proc.StoredFiles;
import org.kakuri.system.scwatcher.internal.watch.HiddenSocket;
import org.kakuri.system.scwatcher.internal.watch.Look;

/**
 * A machine that is watched, from outside or from inside an enclave. The guest stands still while it is read, where it can be
 * paused. What {@link #now} and {@link #files} return is used from one thread, and not beside these.
 */
final class Watched {
    private final VirtualMachine machine;
    private final GuestSystem system;
    private final Optional<FetchedMemory> fetched;

    /** Watches from outside: the memory is mapped. */
    Watched(VirtualMachine machine, Introspection introspection) {
        this.machine = machine;
        this.fetched = Optional.empty();
        this.system = introspection.inspect(machine.memory(), machine.kernel());
    }

    /** Watches from inside an enclave: memory is asked for and comes encrypted. */
    Watched(VirtualMachine machine, Introspection introspection, Fetching fetching, WayOut out) {
        this.machine = machine;
        FetchedMemory memory = FetchedMemory.of(machine.memory(), fetching, out);
        this.fetched = Optional.of(memory);
        try (Pause _ = pause()) {
            this.system = introspection.inspect(memory, machine.kernel());
        }
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

    /** Returns what fetching took so far; nothing from outside. */
    FetchCount count() {
        return fetched.map(FetchedMemory::count).orElse(FetchCount.NONE);
    }

    /** Stops the guest; what was fetched before is of another moment. */
    Pause pause() {
        Pause pause;
        try {
            pause = machine.pause();
        } catch (Unsupported live) {
            pause = () -> {};
        }
        fetched.ifPresent(FetchedMemory::begin);
        return pause;
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

    /** Returns the guest's own files. */
    synchronized StoredFiles files() {
        return new StoredFiles(system, this::pause);
    }

    /** Counts what a look at processes and sockets had to leave out. */
    synchronized int skipped() {
        try (Pause _ = pause()) {
            return system.tasks().skipped().size() + system.sockets().skipped().size();
        }
    }
}

package org.kakuri.system.scwatcher.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.Deadline;
import org.kakuri.api.Unsupported;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.Words;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.api.vm.VirtualMachines;
import org.kakuri.system.scwatcher.internal.confined.HypervisorView;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The command that tells what a hypervisor sees of a guest that a backend protects. */
@Component(property = {"kakuri.command.scope=scw", "kakuri.command.function=see", "kakuri.command.live=see"})
public final class SeeCommands implements CommandSet {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Workbench workbench;
    private final VirtualMachines machines;
    private final Introspection introspection;
    private final Watching watching;

    /** Takes what the command asks. */
    @Activate
    public SeeCommands(@Reference Workbench workbench, @Reference VirtualMachines machines,
            @Reference Introspection introspection, @Reference Watching watching) {
        this.workbench = workbench;
        this.machines = machines;
        this.introspection = introspection;
        this.watching = watching;
    }

    /**
     * What is seen through one backend.
     *
     * @param backend its name
     * @param pages pages that were tried
     * @param readable of them, how many the hypervisor got as they are
     * @param processes what it finds in them; - for nothing
     * @param because the checker that refuses, with its rule, or why there is nothing to see
     */
    public record SeenRow(String backend, int pages, int readable, String processes, String because) {}

    /** Looks. */
    @Descriptor("Puts a guest's memory into an instance of each backend and tells what the hypervisor still sees of it.")
    public List<SeenRow> see(@Descriptor("""
            [--machine NAME] [--tee NAME]
            --machine NAME   which machine; default: the one of scw:use, or the only one
            --tee NAME       one backend only""") Words words) {
        words.onlyNames(List.of("machine", "tee"));
        VirtualMachine machine = Watched.choose(machines, words.value("machine").orElse(watching.machine()));
        List<BackendInfo> backends = words.value("tee")
                .map(name -> List.of(workbench.backend(name)))
                .orElseGet(workbench::backends);
        List<SeenRow> rows = new ArrayList<>();
        for (BackendInfo backend : backends) {
            rows.add(row(backend.name(), machine));
        }
        return rows;
    }

    private SeenRow row(String backend, VirtualMachine machine) {
        Optional<String> runtime = workbench.runtimes()
                .stream()
                .map(RuntimeInfo::name)
                .filter(name -> workbench.cell(backend, name).applicable())
                .findFirst();
        if (runtime.isEmpty()) {
            return new SeenRow(backend, 0, 0, "-", "no runtime goes with it");
        }
        try (Lease lease = workbench.lease(Selector.of(backend, runtime.get()), Deadline.in(PATIENCE))) {
            HypervisorView view = HypervisorView.of(lease, machine, introspection);
            return new SeenRow(backend, view.pages(), view.same(),
                    view.processes().map(String::valueOf).orElse("-"),
                    view.refusal().map(SeeCommands::said).orElse(view.reason()));
        } catch (Unsupported none) {
            return new SeenRow(backend, 0, 0, "-", none.getMessage());
        }
    }

    private static String said(AccessFault fault) {
        return fault.checker() + ": " + fault.rule();
    }
}

package org.kakuri.shell.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.experiment.ResearchSystem;
import org.kakuri.api.experiment.SystemInfo;
import org.kakuri.api.runtime.Cell;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.Capability;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Commands about research systems and about which parts go together. */
@Component(property = {"kakuri.command.scope=sys", "kakuri.command.function=list", "kakuri.command.function=matrix",
    CommandSet.LIVE_IF_RUNNING + "=list", CommandSet.LIVE_IF_RUNNING + "=matrix"})
public final class SysCommands implements CommandSet {
    private final Workbench workbench;

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    private final List<ResearchSystem> systems = new CopyOnWriteArrayList<>();

    /** Takes what the commands ask. */
    @Activate
    public SysCommands(@Reference Workbench workbench) {
        this.workbench = workbench;
    }

    /** A research system in a list. */
    public record Row(String name, String rebuilds, List<String> experiments, List<String> backends,
            Set<Capability> needs) {}

    /** A pair of backend and runtime. */
    public record Pair(String backend, String runtime, boolean applicable, String meaning) {}

    /** Lists the research systems. */
    @Descriptor("Lists the research systems, their experiments and the backends that have what each needs.")
    public List<Row> list() {
        return systems.stream()
                .map(ResearchSystem::info)
                .sorted(Comparator.comparing(SystemInfo::name))
                .map(info -> new Row(info.name(), info.rebuilds(), info.experiments(), able(info), info.needs()))
                .toList();
    }

    private List<String> able(SystemInfo info) {
        return workbench.backends()
                .stream()
                .filter(backend -> backend.capabilities().containsAll(info.needs()))
                .map(backend -> backend.name())
                .toList();
    }

    /** Shows what each pair of backend and runtime stands for. */
    @Descriptor("Shows what each pair of backend and runtime stands for in the real world.")
    public List<Pair> matrix() {
        List<Pair> pairs = new ArrayList<>();
        for (var backend : workbench.backends()) {
            for (var runtime : workbench.runtimes()) {
                Cell cell = workbench.cell(backend.name(), runtime.name());
                pairs.add(new Pair(backend.name(), runtime.name(), cell.applicable(), cell.meaning()));
            }
        }
        return pairs;
    }
}

package org.kakuri.tck.internal.command;

import java.util.ArrayList;
import java.util.List;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;
import org.kakuri.api.runtime.Cell;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.tck.Check;
import org.kakuri.tck.CheckResult;
import org.kakuri.tck.RuntimeSubject;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Checks runtimes. */
@Component(property = {CommandSet.SCOPE + "=rt", CommandSet.FUNCTION + "=tck"})
public final class RtTckCommands implements CommandSet {
    private final Workbench workbench;
    private final KitService kit;
    private final Bench bench;

    /** Takes what it asks. */
    @Activate
    public RtTckCommands(@Reference Workbench workbench, @Reference KitService kit, @Reference Bench bench) {
        this.workbench = workbench;
        this.kit = kit;
        this.bench = bench;
    }

    @Override
    public List<String> complete(String function, List<String> before, String word) {
        return workbench.runtimes().stream().map(RuntimeInfo::name).toList();
    }

    /** Checks a runtime, or all. */
    @Descriptor("Checks whether an isolation runtime, or each one, keeps the contract, on each backend it is for.")
    public Object tck(@WordsSyntax(flags = "rules") @Descriptor("""
            [NAME] [OPTION...]
            NAME           name of the runtime; default is every one installed
            --tee NAME     on this backend only
            --only PREFIX  only the checks whose id begins so
            --rules        list the checks with their rules, and run none""") Words words) {
        words.onlyNames(List.of("tee", "only"));
        String prefix = words.value("only").orElse("");
        List<Check<RuntimeSubject>> chosen = TeeTckCommands.chosen(kit.runtimeChecks(), prefix);
        if (words.flags().contains("rules")) {
            return TeeTckCommands.rows(chosen);
        }
        List<String> runtimes = words.positional().isEmpty()
                ? workbench.runtimes().stream().map(RuntimeInfo::name).toList()
                : words.positional().stream().map(name -> workbench.runtime(name).name()).toList();
        List<String> backends = words.value("tee")
                .map(name -> List.of(workbench.backend(name).name()))
                .orElseGet(() -> workbench.backends().stream().map(BackendInfo::name).toList());
        List<CheckResult> results = new ArrayList<>();
        List<String> notApplicable = new ArrayList<>();
        for (String runtime : runtimes) {
            for (String backend : backends) {
                Cell cell = workbench.cell(backend, runtime);
                if (cell.applicable()) {
                    results.addAll(bench.runtime(runtime, backend, prefix));
                } else {
                    notApplicable.add("%s on %s: N/A, %s".formatted(runtime, backend, cell.meaning()));
                }
            }
        }
        return new TckReport(results, TeeTckCommands.rules(chosen), notApplicable);
    }
}

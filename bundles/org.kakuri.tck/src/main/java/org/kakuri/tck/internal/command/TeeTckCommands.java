package org.kakuri.tck.internal.command;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.tck.Check;
import org.kakuri.tck.CheckResult;
import org.kakuri.tck.Subject;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Checks backends. */
@Component(property = {CommandSet.SCOPE + "=tee", CommandSet.FUNCTION + "=tck"})
public final class TeeTckCommands implements CommandSet {
    private final Workbench workbench;
    private final KitService kit;
    private final Bench bench;

    /** Takes what it asks. */
    @Activate
    public TeeTckCommands(@Reference Workbench workbench, @Reference KitService kit, @Reference Bench bench) {
        this.workbench = workbench;
        this.kit = kit;
        this.bench = bench;
    }

    @Override
    public List<String> complete(String function, List<String> before, String word) {
        return workbench.backends().stream().map(BackendInfo::name).toList();
    }

    /** Checks a backend, or all. */
    @Descriptor("Checks whether a TEE backend, or each one, keeps the contract that all backends keep.")
    public Object tck(@WordsSyntax(flags = "rules") @Descriptor("""
            [NAME] [OPTION...]
            NAME           name of the backend; default is every one installed
            --only PREFIX  only the checks whose id begins so, for example access or seal.other
            --rules        list the checks with their rules, and run none""") Words words) {
        words.onlyNames(List.of("only"));
        String prefix = words.value("only").orElse("");
        List<? extends Check<?>> chosen = chosen(kit.backendChecks(), prefix);
        if (words.flags().contains("rules")) {
            return rows(chosen);
        }
        List<String> names = words.positional().isEmpty()
                ? workbench.backends().stream().map(BackendInfo::name).toList()
                : words.positional().stream().map(name -> workbench.backend(name).name()).toList();
        List<CheckResult> results = names.stream().flatMap(name -> bench.backend(name, prefix).stream()).toList();
        return new TckReport(results, rules(chosen), List.of());
    }

    static <S extends Subject> List<Check<S>> chosen(List<Check<S>> checks, String prefix) {
        List<Check<S>> chosen = checks.stream().filter(check -> check.id().startsWith(prefix)).toList();
        if (chosen.isEmpty()) {
            throw new UsageError("no check begins with " + prefix, "groups are " + checks.stream()
                    .map(check -> check.id().substring(0, check.id().indexOf('.')))
                    .distinct()
                    .collect(Collectors.joining(", ")));
        }
        return chosen;
    }

    static List<RuleRow> rows(List<? extends Check<?>> checks) {
        return checks.stream().map(check -> new RuleRow(check.id(), check.needs(), check.rule())).toList();
    }

    static Map<String, String> rules(List<? extends Check<?>> checks) {
        Map<String, String> rules = checks.stream().collect(Collectors.toMap(Check::id, Check::rule));
        rules.put(Bench.CLEANUP, "When all checks have ended the machines can be closed.");
        return rules;
    }
}

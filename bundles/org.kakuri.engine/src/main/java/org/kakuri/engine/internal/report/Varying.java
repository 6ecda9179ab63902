package org.kakuri.engine.internal.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.kakuri.engine.ArmReport;
import org.kakuri.engine.RunReport;

/** Which parameters a run varied: those that take several values for one and the same arm. */
final class Varying {

    private Varying() {}

    /** Returns their names, sorted. */
    static List<String> of(RunReport report) {
        var names = new TreeSet<String>();
        report.arms().stream().collect(Collectors.groupingBy(ArmReport::name)).values().forEach(arms -> {
            Map<String, TreeSet<String>> values = new LinkedHashMap<>();
            arms.forEach(arm -> arm.parameters()
                    .forEach((name, value) -> values.computeIfAbsent(name, key -> new TreeSet<>()).add(value)));
            values.forEach((name, each) -> {
                if (each.size() > 1) {
                    names.add(name);
                }
            });
        });
        return List.copyOf(names);
    }

    /** Returns {@code size=64 tee=none} for some parameters of an arm. */
    static String text(ArmReport arm, List<String> names) {
        return names.stream()
                .map(name -> name + "=" + arm.parameters().getOrDefault(name, "-"))
                .collect(Collectors.joining(" "));
    }
}

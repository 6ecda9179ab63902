package org.kakuri.engine.internal.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.kakuri.api.UsageError;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Parameter.Kind;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.engine.RunReport.Skipped;
import org.kakuri.engine.internal.Nearest;

/**
 * The points of a run: every combination of the parameters' values, the first parameter changing slowest.
 *
 * @param values canonical values by parameter, in the experiment's order
 * @param points every combination
 * @param skipped default backends and runtimes that are not here
 * @param unsourced numbers and sizes that are none of their parameter's defaults, by parameter
 */
public record Sweep(Map<String, List<String>> values, List<Point> points, List<Skipped> skipped,
        Map<String, List<String>> unsourced) {
    /** Most points of a sweep. */
    static final int MOST = 1000;

    /**
     * Reads what the user gave and fills in the defaults.
     *
     * @throws UsageError if a name or value makes no sense, or there are more than {@value #MOST} points
     */
    public static Sweep of(ExperimentInfo info, Map<String, String> given, Workbench workbench) {
        List<String> names = info.parameters().stream().map(Parameter::name).toList();
        for (String name : given.keySet()) {
            if (!names.contains(name)) {
                throw new UsageError(info.id() + " has no parameter " + name + Nearest.hint(name, names),
                        names.isEmpty() ? "it takes none" : "it takes " + String.join(", ", names));
            }
        }
        var reader = new Values(info.id(), workbench);
        var values = new LinkedHashMap<String, List<String>>();
        var skipped = new ArrayList<Skipped>();
        var unsourced = new LinkedHashMap<String, List<String>>();
        for (Parameter parameter : info.parameters()) {
            String text = given.get(parameter.name());
            values.put(parameter.name(),
                    text == null
                            ? defaults(info, parameter, reader, workbench, skipped)
                            : reader.read(parameter, text));
            if (text != null && (parameter.kind() == Kind.NUMBER || parameter.kind() == Kind.SIZE)) {
                List<String> strange = new ArrayList<>(values.get(parameter.name()));
                if (!parameter.defaults().isEmpty()) {
                    strange.removeAll(reader.read(parameter, String.join(",", parameter.defaults())));
                }
                unsourced.put(parameter.name(), strange);
            }
        }
        return new Sweep(values, points(info, values), skipped, unsourced);
    }

    private static List<String> defaults(ExperimentInfo info, Parameter parameter, Values reader, Workbench workbench,
            List<Skipped> skipped) {
        List<String> defaults = parameter.defaults();
        if (parameter.kind() == Kind.BACKEND || parameter.kind() == Kind.RUNTIME) {
            boolean backend = parameter.kind() == Kind.BACKEND;
            if (defaults.isEmpty()) {
                return List.of(backend ? workbench.inUse().backend() : workbench.inUse().runtime());
            }
            List<String> here = backend
                    ? workbench.backends().stream().map(one -> one.name()).toList()
                    : workbench.runtimes().stream().map(one -> one.name()).toList();
            defaults.stream()
                    .filter(name -> !here.contains(name))
                    .forEach(name -> skipped.add(new Skipped(parameter.name() + "=" + name,
                            "there is no " + (backend ? "backend " : "runtime ") + name + " here")));
            return defaults.stream().filter(here::contains).distinct().toList();
        }
        if (defaults.isEmpty()) {
            throw new UsageError(info.id() + ": " + parameter.name() + " has no default",
                    "give " + parameter.name() + "=VALUE: " + parameter.description());
        }
        return reader.read(parameter, String.join(",", defaults));
    }

    private static List<Point> points(ExperimentInfo info, Map<String, List<String>> values) {
        long count = 1;
        for (List<String> each : values.values()) {
            count *= each.size();
            if (count > MOST) {
                throw new UsageError(info.id() + ": the sweep has more than " + MOST + " points: "
                        + values.entrySet()
                                .stream()
                                .map(entry -> entry.getKey() + " x" + entry.getValue().size())
                                .collect(Collectors.joining(", ")),
                        "sweep in several runs");
            }
        }
        List<Map<String, String>> combinations = List.of(Map.of());
        for (var entry : values.entrySet()) {
            combinations = combinations.stream().flatMap(before -> entry.getValue().stream().map(value -> {
                Map<String, String> with = new TreeMap<>(before);
                with.put(entry.getKey(), value);
                return with;
            })).toList();
        }
        return combinations.stream().map(Point::new).toList();
    }
}

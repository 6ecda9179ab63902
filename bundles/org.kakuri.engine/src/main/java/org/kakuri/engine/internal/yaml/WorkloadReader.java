package org.kakuri.engine.internal.yaml;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.ExperimentInfo.Figure;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.runtime.Placement;
import org.kakuri.engine.internal.guest.Input;
import org.kakuri.engine.internal.guest.Metric;
import org.kakuri.engine.internal.guest.Template;
import org.kakuri.engine.internal.guest.Variant;
import org.kakuri.engine.internal.guest.Workload;

/** Reads an experiment file's map. */
final class WorkloadReader {
    static final List<String> KEYS = List.of("id", "title", "question", "image", "kind", "sha256", "argv", "env",
            "stdin", "folders", "memory", "backends", "runtimes", "placement", "parameters", "metrics", "primary",
            "samples", "arms", "baseline", "exit-status", "timeout", "output-limit", "key-events", "figure", "claims");
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,30}/[a-z0-9][a-z0-9.-]{0,50}");
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final Map<String, Placement> PLACEMENTS = Fields.words("inline", Placement.INLINE, "domain",
            Placement.DOMAIN);
    private static final Map<String, Boolean> SAMPLES = Fields.words("one-per-run", false, "from-output", true);

    private final Fields top;
    private final Problems problems;
    private final Images images;
    private final String origin;

    WorkloadReader(Fields top, Problems problems, Images images, String origin) {
        this.top = top;
        this.problems = problems;
        this.images = images;
        this.origin = origin;
    }

    /** Returns the id, whatever else is wrong. */
    Optional<Value> id() {
        return top.text("id");
    }

    /** Returns the workload; empty if there is a problem. */
    Optional<Workload> read() {
        top.needed("id", "demo/memcpy").ifPresent(id -> {
            if (!ID.matcher(id.text()).matches()) {
                id.wrong("'" + id.text() + "' is no id; write SYSTEM/NAME in lower case, for example demo/memcpy");
            }
        });
        String title = top.needed("title", "one line").map(Value::text).orElse("");
        List<Parameter> parameters = new ParameterReader(top).read();
        var arms = new ArmReader(top, images, parameters);
        List<Variant> variants = arms.read();
        List<Parameter> swept = parameters.stream()
                .filter(each -> variants.isEmpty()
                        || !variants.stream().allMatch(arm -> arm.parameters().containsKey(each.name())))
                .toList();
        List<Metric> metrics = new MetricReader(top).read();
        Set<String> names = variants.stream().map(Variant::name).collect(Collectors.toCollection(LinkedHashSet::new));
        String baseline = baseline(names);
        List<ClaimSpec> claims = variants.isEmpty() || metrics.isEmpty()
                ? List.of()
                : new ClaimReader(top, swept, names, metrics, baseline).read();
        boolean fromOutput = top.choice("samples", SAMPLES).orElse(false);
        if (fromOutput && !metrics.isEmpty() && !(metrics.getFirst().source() instanceof Metric.Matched)
                && !(metrics.getFirst().source() instanceof Metric.Json)) {
            top.place("samples")
                    .wrong("from-output needs a primary metric that is read by regex or json; "
                            + metrics.getFirst().name() + " is not");
        }
        Figure figure = figure(swept, baseline);
        Input input = input(arms);
        Map<String, Template> folders = folders(arms);
        Set<Integer> statuses = statuses();
        Duration timeout = top.text("timeout")
                .flatMap(value -> Units.time(value, LONGEST))
                .orElse(Duration.ofMinutes(1));
        int limit = (int) top.size("output-limit", 1024, 64 << 20).orElse(1 << 20);
        long memory = top.size("memory", 1 << 16, 1L << 40).orElse(64L << 20);
        Placement placement = top.choice("placement", PLACEMENTS).orElse(Placement.INLINE);
        List<String> events = top.texts("key-events").stream().map(Value::text).toList();
        String question = top.text("question", "");
        if (!problems.none()) {
            return Optional.empty();
        }
        String id = id().orElseThrow().text();
        var info = new ExperimentInfo(id, id.substring(0, id.indexOf('/')), title, question, metrics.getFirst().unit(),
                swept, claims, figure);
        return Optional.of(new Workload(info, variants, metrics, fromOutput, input, folders, statuses, timeout, limit,
                memory, placement, events, origin));
    }

    private String baseline(Set<String> arms) {
        Optional<Value> baseline = top.text("baseline");
        baseline.filter(value -> !arms.contains(value.text()))
                .ifPresent(
                        value -> value.wrong("there is no arm " + value.text() + ArmReader.near(value.text(), arms)));
        if (arms.size() > 1 && !top.has("baseline")) {
            top.place("arms").wrong("are compared with a baseline; say which: baseline: " + arms.iterator().next());
        }
        return baseline.map(Value::text).orElse("");
    }

    private Figure figure(List<Parameter> swept, String baseline) {
        String x = swept.stream()
                .filter(each -> each.defaults().size() > 1)
                .findFirst()
                .or(() -> swept.stream().findFirst())
                .map(Parameter::name)
                .orElse("");
        Optional<Fields> figure = top.fields("figure", List.of("x", "y-title"));
        Set<String> names = swept.stream().map(Parameter::name).collect(Collectors.toCollection(LinkedHashSet::new));
        Optional<Value> given = figure.flatMap(each -> each.text("x"));
        given.filter(value -> !names.contains(value.text()))
                .ifPresent(value -> value.wrong("there is no parameter " + value.text()
                        + ArmReader.near(value.text(), names)));
        return new Figure(given.map(Value::text).orElse(x), baseline, figure.map(each -> each.text("y-title", ""))
                .orElse(""));
    }

    private Input input(ArmReader arms) {
        Optional<Fields> given = top.fields("stdin", List.of("text", "file", "random"));
        if (given.isEmpty()) {
            return Input.EMPTY;
        }
        Fields fields = given.get();
        long ways = List.of("text", "file", "random").stream().filter(fields::has).count();
        if (ways != 1) {
            fields.place().wrong("is given in " + ways + " ways; give one of text, file, random");
        }
        return fields.text("text")
                .flatMap(arms::template)
                .<Input>map(Input.Text::new)
                .or(() -> fields.text("file").flatMap(images::find).map(Input.File::new))
                .or(() -> fields.text("random").flatMap(arms::template).map(Input.Made::new))
                .orElse(Input.EMPTY);
    }

    private Map<String, Template> folders(ArmReader arms) {
        var folders = new LinkedHashMap<String, Template>();
        top.map("folders").forEach((guest, host) -> {
            if (host.text().startsWith("${" + Workload.SCRATCH + "}")) {
                arms.template(host).ifPresent(each -> folders.put(guest.text(), each));
            } else {
                images.find(host)
                        .ifPresent(path -> folders.put(guest.text(),
                                new Template(path.toString().replace("${", "$${"))));
            }
        });
        return folders;
    }

    private Set<Integer> statuses() {
        Set<Integer> statuses = new LinkedHashSet<>();
        for (Value value : top.texts("exit-status")) {
            if (value.text().matches("[0-9]{1,3}") && Integer.parseInt(value.text()) < 256) {
                statuses.add(Integer.valueOf(value.text()));
            } else {
                value.wrong("'" + value.text() + "' is no exit status; take 0 to 255");
            }
        }
        return statuses.isEmpty() ? Set.of(0) : statuses;
    }
}

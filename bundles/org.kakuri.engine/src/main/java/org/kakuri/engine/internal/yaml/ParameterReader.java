package org.kakuri.engine.internal.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.kakuri.api.UsageError;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Parameter.Kind;
import org.kakuri.engine.internal.guest.Workload;
import org.kakuri.engine.internal.run.Values;

/** Reads what can be varied. */
final class ParameterReader {
    static final List<String> KEYS = List.of("name", "description", "kind", "defaults", "range", "choices", "source");
    private static final Map<String, Kind> KINDS = kinds();
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,30}");
    private static final Set<String> TAKEN = Set.of(Workload.TEE, Workload.RUNTIME, Workload.SCRATCH, "blocks",
            "iterations", "warmup", "timeout", "seed", "strict", "json", "trace", "help", "stacktrace");

    private final Fields top;
    private final Map<String, Parameter> read = new LinkedHashMap<>();

    ParameterReader(Fields top) {
        this.top = top;
    }

    private static Map<String, Kind> kinds() {
        var kinds = new LinkedHashMap<String, Kind>();
        kinds.put("number", Kind.NUMBER);
        kinds.put("size", Kind.SIZE);
        kinds.put("choice", Kind.CHOICE);
        kinds.put("text", Kind.TEXT);
        return kinds;
    }

    /** Returns the file's own parameters, then backend and runtime. */
    List<Parameter> read() {
        top.list("parameters", KEYS).forEach(this::one);
        List<Parameter> all = new ArrayList<>(read.values());
        all.add(names(Workload.TEE, "backend", "backends", Kind.BACKEND));
        all.add(names(Workload.RUNTIME, "isolation runtime", "runtimes", Kind.RUNTIME));
        return all;
    }

    private Parameter names(String name, String description, String key, Kind kind) {
        List<String> defaults = top.texts(key).stream().map(Value::text).toList();
        return new Parameter(name, description, kind, defaults, List.of(), 0, 0, "");
    }

    private void one(Fields fields) {
        Optional<Value> name = fields.needed("name", "size");
        Kind kind = fields.choice("kind", KINDS).orElse(fields.has("choices") ? Kind.CHOICE : Kind.TEXT);
        if (!fields.has("kind") && !fields.has("choices")) {
            fields.place().wrong("has no kind; say kind: " + String.join(", ", KINDS.keySet()));
        }
        if (kind == Kind.CHOICE != fields.has("choices")) {
            fields.place("choices")
                    .wrong(kind == Kind.CHOICE
                            ? "a choice needs choices; write choices: [a, b]"
                            : "only a parameter of kind choice has choices");
        }
        long[] range = range(fields, kind);
        List<Value> defaults = fields.texts("defaults");
        if (!fields.has("defaults")) {
            fields.place().wrong("has no defaults; write the values of an ordinary run: defaults: [...]");
        }
        String description = fields.text("description", "");
        String source = fields.text("source", "");
        List<String> choices = fields.texts("choices").stream().peek(ParameterReader::single).map(Value::text).toList();
        name.filter(this::free).ifPresent(given -> {
            var parameter = new Parameter(given.text(), description, kind, defaults.stream().map(Value::text).toList(),
                    choices, range[0], range[1], source);
            if (kind != Kind.CHOICE || !choices.isEmpty()) {
                defaults.forEach(value -> canonical(parameter, value));
            }
            read.put(given.text(), parameter);
        });
    }

    private boolean free(Value name) {
        if (!NAME.matcher(name.text()).matches()) {
            name.wrong("'" + name.text() + "' is no name; take lower case letters, digits and hyphens");
        } else if (TAKEN.contains(name.text())) {
            name.wrong(name.text() + " means something else already; take another name");
        } else if (read.containsKey(name.text())) {
            name.wrong("there is a parameter " + name.text() + " already");
        } else {
            return true;
        }
        return false;
    }

    private static void single(Value value) {
        if (value.text().contains(",")) {
            value.wrong("'" + value.text() + "' has a comma, which separates values on the command line");
        }
    }

    /** Returns the values of a parameter in canonical spelling. */
    static List<String> canonical(Parameter parameter, Value value) {
        if (parameter.kind() == Kind.BACKEND || parameter.kind() == Kind.RUNTIME) {
            return List.of(value.text());
        }
        try {
            if (parameter.kind() == Kind.TEXT || parameter.kind() == Kind.CHOICE) {
                single(value);
            }
            return new Values("", null).read(parameter, value.text());
        } catch (UsageError wrong) {
            value.wrong(wrong.getMessage().replaceFirst("^: ", "") + "; " + wrong.remedy());
            return List.of();
        }
    }

    private static long[] range(Fields fields, Kind kind) {
        boolean number = kind == Kind.NUMBER || kind == Kind.SIZE;
        Optional<Value> range = fields.text("range");
        long[] ends = {0, number ? Long.MAX_VALUE : 0};
        if (range.isEmpty()) {
            return ends;
        }
        String[] words = range.get().text().split("\\.\\.", -1);
        if (!number) {
            range.get().wrong("only a number or size has a range");
        } else if (words.length != 2) {
            range.get().wrong("'" + range.get().text() + "' is no range; write LOW..HIGH, for example 1..64");
        } else {
            OptionalLong low = end(range.get(), words[0], kind);
            OptionalLong high = end(range.get(), words[1], kind);
            if (low.isPresent() && high.isPresent() && low.getAsLong() > high.getAsLong()) {
                range.get().wrong("'" + range.get().text() + "' ends before it begins");
                return ends;
            }
            ends[0] = low.orElse(ends[0]);
            ends[1] = high.orElse(ends[1]);
        }
        return ends;
    }

    private static OptionalLong end(Value range, String word, Kind kind) {
        if (kind == Kind.SIZE) {
            return Units.size(new Value(word, range.place()), 0, Long.MAX_VALUE);
        }
        try {
            return OptionalLong.of(Long.parseLong(word));
        } catch (NumberFormatException none) {
            range.wrong("'" + word + "' is no whole number; write LOW..HIGH, for example 1..64");
            return OptionalLong.empty();
        }
    }
}

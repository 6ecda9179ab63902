package org.kakuri.engine.internal.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.kakuri.api.Nearest;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.engine.internal.guest.Template;
import org.kakuri.engine.internal.guest.Variant;
import org.kakuri.engine.internal.guest.Workload;

/** Reads the program and its variants. */
final class ArmReader {
    static final List<String> KEYS = List.of("name", "title", "image", "kind", "sha256", "argv", "env", "parameters");
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9.-]{0,40}");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final String ONLY = "run";

    private final Fields top;
    private final Images images;
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();

    ArmReader(Fields top, Images images, List<Parameter> parameters) {
        this.top = top;
        this.images = images;
        parameters.forEach(each -> this.parameters.put(each.name(), each));
    }

    /** Returns the arms; one if the file names none. */
    List<Variant> read() {
        if (!top.has("arms")) {
            if (!top.has("image")) {
                top.place().wrong("has no image; write for example image: /usr/bin/sha256sum");
            }
            return variant(top, ONLY).stream().toList();
        }
        Map<String, Variant> arms = new LinkedHashMap<>();
        for (Fields fields : top.list("arms", KEYS)) {
            if (!fields.has("image") && !top.has("image")) {
                fields.place().wrong("has no image, and the file has none for all arms");
            }
            Optional<Value> name = fields.needed("name", "plain").filter(ArmReader::good);
            variant(fields, name.map(Value::text).orElse("")).ifPresent(variant -> name.ifPresent(given -> {
                if (arms.putIfAbsent(given.text(), variant) != null) {
                    given.wrong("there is an arm " + given.text() + " already");
                }
            }));
        }
        return List.copyOf(arms.values());
    }

    private static boolean good(Value name) {
        boolean good = NAME.matcher(name.text()).matches();
        if (!good) {
            name.wrong("'" + name.text() + "' is no name; take lower case letters, digits, dots and hyphens");
        }
        return good;
    }

    private Optional<Variant> variant(Fields fields, String name) {
        Fields imaged = fields.has("image") ? fields : top;
        Optional<RuntimeImage> image = imaged.text("image")
                .flatMap(value -> images.image(value, imaged.choice("kind", Images.KINDS)));
        Optional<String> digest = imaged.text("sha256").filter(value -> {
            if (!DIGEST.matcher(value.text()).matches()) {
                value.wrong("'" + value.text() + "' is no SHA-256: 64 hexadecimal digits in lower case");
            }
            return true;
        }).map(Value::text);
        List<Value> words = (fields.has("argv") ? fields : top).texts("argv");
        List<Template> argv = new ArrayList<>();
        words.forEach(word -> template(word).ifPresent(argv::add));
        Map<String, Template> env = new LinkedHashMap<>(env(top));
        if (fields != top) {
            env.putAll(env(fields));
        }
        Map<String, String> set = fields == top ? Map.of() : set(fields);
        return image.map(each -> {
            if (argv.isEmpty()) {
                argv.add(new Template(each.path().getFileName().toString().replace("${", "$${")));
            }
            String title = fields == top ? "" : fields.text("title", "");
            String ran = words.isEmpty()
                    ? each.path().getFileName().toString()
                    : words.stream().map(Value::text).collect(Collectors.joining(" "));
            for (var parameter : set.entrySet()) {
                ran = ran.replace("${" + parameter.getKey() + "}", parameter.getValue());
            }
            return new Variant(name, title.isEmpty() ? ran : title, each, digest, argv, env, set);
        });
    }

    private Map<String, Template> env(Fields fields) {
        var env = new LinkedHashMap<String, Template>();
        fields.map("env").forEach((name, value) -> {
            if (name.text().isEmpty() || name.text().contains("=")) {
                name.wrong("'" + name.text() + "' is no name of a variable");
            }
            template(value).ifPresent(each -> env.put(name.text(), each));
        });
        return env;
    }

    private Map<String, String> set(Fields fields) {
        var set = new LinkedHashMap<String, String>();
        fields.map("parameters").forEach((name, value) -> {
            Parameter parameter = parameters.get(name.text());
            if (parameter == null) {
                name.wrong("there is no parameter " + name.text() + near(name.text(), parameters.keySet()));
                return;
            }
            List<String> values = ParameterReader.canonical(parameter, value);
            if (values.size() == 1) {
                set.put(name.text(), values.getFirst());
            } else if (values.size() > 1) {
                value.wrong("an arm has one value of a parameter; '" + value.text() + "' is " + values.size());
            }
        });
        return set;
    }

    /** Returns a text whose places are parameters of the experiment. */
    Optional<Template> template(Value value) {
        Set<String> names = new LinkedHashSet<>(parameters.keySet());
        names.add(Workload.SCRATCH);
        try {
            var template = new Template(value.text());
            for (String name : template.names()) {
                if (!names.contains(name)) {
                    value.wrong("there is no parameter " + name + near(name, names));
                }
            }
            return Optional.of(template);
        } catch (IllegalArgumentException bad) {
            value.wrong(bad.getMessage());
            return Optional.empty();
        }
    }

    static String near(String wrong, Set<String> names) {
        List<String> near = Nearest.to(wrong, names);
        return near.isEmpty() ? "; there are " + String.join(", ", names) : "; nearest: " + String.join(", ", near);
    }
}

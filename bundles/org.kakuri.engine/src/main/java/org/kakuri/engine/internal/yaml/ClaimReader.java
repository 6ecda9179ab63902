package org.kakuri.engine.internal.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.ClaimSpec.Calculation;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.engine.internal.guest.Metric;

/**
 * Reads what is said about the outcome.
 *
 * @param top the file
 * @param parameters what is swept
 * @param arms names of the arms
 * @param metrics the primary one first
 * @param baseline the baseline's name; empty if there is none
 */
record ClaimReader(Fields top, List<Parameter> parameters, Set<String> arms, List<Metric> metrics, String baseline) {
    static final List<String> KEYS = List.of("id", "text", "kind", "low", "high", "calculation", "arm", "baseline",
            "metric", "where", "unit", "source");
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9.-]{0,80}");
    private static final Map<String, ClaimSpec.Kind> KINDS = Fields.words("reproduces",
            ClaimSpec.Kind.REPRODUCES, "goal", ClaimSpec.Kind.GOAL);
    private static final List<String> CALCULATIONS = List.of("max-ratio", "mean-ratio", "max-metric");

    List<ClaimSpec> read() {
        List<ClaimSpec> claims = new ArrayList<>();
        Set<String> ids = new LinkedHashSet<>();
        for (Fields fields : top.list("claims", KEYS)) {
            Optional<Value> id = fields.needed("id", "system.experiment.metric");
            id.ifPresent(value -> {
                if (!ID.matcher(value.text()).matches()) {
                    value.wrong("'" + value.text() + "' is no id; take lower case letters, digits, dots and hyphens");
                } else if (!ids.add(value.text())) {
                    value.wrong("there is a claim " + value.text() + " already");
                }
            });
            String text = fields.needed("text", "one sentence").map(Value::text).orElse("");
            if (!fields.has("kind")) {
                fields.place().wrong("has no kind; say kind: reproduces (a source says so) or kind: goal (you do)");
            }
            ClaimSpec.Kind kind = fields.choice("kind", KINDS).orElse(ClaimSpec.Kind.GOAL);
            double[] band = band(fields, kind);
            Optional<Calculation> calculation = calculation(fields);
            String unit = fields.text("unit", calculation.map(this::unit).orElse(""));
            Map<String, String> where = where(fields);
            String source = fields.text("source", "");
            if (kind == ClaimSpec.Kind.REPRODUCES && source.isBlank()) {
                fields.place().wrong("reproduces nothing: it has no source; say who reports the band");
            }
            calculation.ifPresent(each -> claims.add(new ClaimSpec(id.map(Value::text).orElse(""), text, kind, unit,
                    band[0], band[1], each, where, Optional.empty(),
                    source.isBlank() ? "the experiment file" : source)));
        }
        return claims;
    }

    private static double[] band(Fields fields, ClaimSpec.Kind kind) {
        OptionalDouble low = fields.number("low");
        OptionalDouble high = fields.number("high");
        if (!fields.has("low") && !fields.has("high")) {
            fields.place().wrong("has neither low nor high; every value would pass");
        } else if (kind == ClaimSpec.Kind.REPRODUCES && !(fields.has("low") && fields.has("high"))) {
            fields.place().wrong("reproduces a band: give low and high");
        }
        if (low.isPresent() && high.isPresent() && low.getAsDouble() > high.getAsDouble()) {
            fields.place("low").wrong(low.getAsDouble() + " is above high, " + high.getAsDouble());
        }
        return new double[] {low.orElse(Double.NEGATIVE_INFINITY), high.orElse(Double.POSITIVE_INFINITY)};
    }

    private Optional<Calculation> calculation(Fields fields) {
        Optional<Value> word = fields.needed("calculation", String.join(" or ", CALCULATIONS));
        Optional<String> arm = named(fields, "arm", arms.size() == 1 ? arms.iterator().next() : "");
        if (word.isEmpty() || arm.isEmpty()) {
            return Optional.empty();
        }
        if (!CALCULATIONS.contains(word.get().text())) {
            word.get().wrong("'" + word.get().text() + "' is none of " + String.join(", ", CALCULATIONS));
            return Optional.empty();
        }
        boolean ratio = word.get().text().endsWith("-ratio");
        Optional<String> below = ratio ? named(fields, "baseline", baseline) : Optional.of("");
        if (ratio == fields.has("metric")) {
            fields.place("metric")
                    .wrong(ratio
                            ? "a ratio is of the primary metric, " + metrics.getFirst().name()
                            : "max-metric needs the name of a metric that is not primary");
        }
        return switch (word.get().text()) {
        case "max-ratio" -> below.map(each -> new ClaimSpec.MaxRatioOfMedians(arm.get(), each));
        case "mean-ratio" -> below.map(each -> new ClaimSpec.MeanRatioOfMedians(arm.get(), each));
        default -> fields.text("metric").flatMap(this::extra).map(each -> new ClaimSpec.MaxExtra(arm.get(), each));
        };
    }

    private Optional<String> named(Fields fields, String key, String otherwise) {
        Optional<Value> given = fields.text(key);
        if (given.isEmpty() && otherwise.isEmpty()) {
            fields.place().wrong("has no " + key + "; there are " + String.join(", ", arms));
            return Optional.empty();
        }
        given.filter(value -> !arms.contains(value.text()))
                .ifPresent(
                        value -> value.wrong("there is no arm " + value.text() + ArmReader.near(value.text(), arms)));
        return given.map(Value::text).or(() -> Optional.of(otherwise)).filter(arms::contains);
    }

    private Optional<String> extra(Value name) {
        Set<String> extras = new LinkedHashSet<>();
        metrics.stream().skip(1).forEach(metric -> extras.add(metric.name()));
        if (!extras.contains(name.text())) {
            name.wrong("there is no metric " + name.text() + " beside the primary one"
                    + (extras.isEmpty() ? "" : ArmReader.near(name.text(), extras)));
        }
        return metrics.stream()
                .skip(1)
                .filter(metric -> metric.name().equals(name.text()))
                .map(Metric::extra)
                .findFirst();
    }

    private String unit(Calculation calculation) {
        return calculation instanceof ClaimSpec.MaxExtra(String arm, String extra)
                ? extra.substring(extra.indexOf('.') + 1)
                : "ratio";
    }

    private Map<String, String> where(Fields fields) {
        var where = new LinkedHashMap<String, String>();
        fields.map("where").forEach((name, value) -> {
            Optional<Parameter> parameter = parameters.stream()
                    .filter(each -> each.name().equals(name.text()))
                    .findFirst();
            if (parameter.isEmpty()) {
                Set<String> names = new LinkedHashSet<>();
                parameters.forEach(each -> names.add(each.name()));
                name.wrong("there is no parameter " + name.text() + ArmReader.near(name.text(), names));
                return;
            }
            List<String> values = ParameterReader.canonical(parameter.get(), value);
            if (values.size() == 1) {
                where.put(name.text(), values.getFirst());
            } else if (values.size() > 1) {
                value.wrong("'" + value.text() + "' is " + values.size() + " values; a claim is about one");
            }
        });
        return where;
    }
}

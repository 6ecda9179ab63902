package org.kakuri.engine.internal.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.kakuri.engine.internal.guest.JsonPath;
import org.kakuri.engine.internal.guest.Metric;

/** Reads what is measured. */
final class MetricReader {
    static final List<String> KEYS = List.of("name", "unit", "regex", "from", "json", "measure");
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,30}");
    private static final Map<String, Double> TIMES = ordered("ns", 1.0, "us", 1e3, "ms", 1e6, "s", 1e9);
    private static final Map<String, Double> BYTES = ordered("B", 1.0, "KiB", 1024.0, "MiB", 1048576.0, "kB", 1e3, "MB",
            1e6);
    private static final Map<String, Boolean> STREAMS = Fields.words("stdout", false, "stderr", true);
    private static final List<String> MEASURES = List.of("wall", "cpu", "peak-memory");

    private final Fields top;

    MetricReader(Fields top) {
        this.top = top;
    }

    private static Map<String, Double> ordered(Object... pairs) {
        var map = new LinkedHashMap<String, Double>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], (Double) pairs[i + 1]);
        }
        return map;
    }

    /** Returns the metrics, the primary one first. */
    List<Metric> read() {
        Map<String, Metric> metrics = new LinkedHashMap<>();
        if (!top.has("metrics")) {
            top.place().wrong("has no metrics; write for example metrics: [{name: time, measure: wall}]");
        }
        for (Fields fields : top.list("metrics", KEYS)) {
            Optional<Value> name = fields.needed("name", "time").filter(MetricReader::good);
            Optional<Metric> metric = source(fields).map(source -> new Metric(name.map(Value::text).orElse(""),
                    unit(fields, source), source));
            name.ifPresent(given -> metric.ifPresent(each -> {
                if (metrics.putIfAbsent(given.text(), each) != null) {
                    given.wrong("there is a metric " + given.text() + " already");
                }
            }));
        }
        List<Metric> ordered = new ArrayList<>(metrics.values());
        top.text("primary").ifPresent(primary -> {
            Metric first = metrics.get(primary.text());
            if (first == null) {
                primary.wrong("there is no metric " + primary.text() + "; there are "
                        + String.join(", ", metrics.keySet()));
            } else {
                ordered.remove(first);
                ordered.addFirst(first);
            }
        });
        return ordered;
    }

    private static boolean good(Value name) {
        boolean good = NAME.matcher(name.text()).matches();
        if (!good) {
            name.wrong("'" + name.text() + "' is no name; take lower case letters, digits and hyphens");
        }
        return good;
    }

    private static Optional<Metric.Source> source(Fields fields) {
        long given = List.of("regex", "json", "measure").stream().filter(fields::has).count();
        if (given != 1) {
            fields.place().wrong("is read in " + given + " ways; give one of regex, json, measure");
            return Optional.empty();
        }
        if (fields.has("from") && !fields.has("regex")) {
            fields.place("from").wrong("only a regex looks at one of the streams");
        }
        if (fields.has("regex")) {
            boolean stderr = fields.choice("from", STREAMS).orElse(false);
            return fields.text("regex").flatMap(MetricReader::pattern).map(each -> new Metric.Matched(each, stderr));
        }
        if (fields.has("json")) {
            return fields.text("json").flatMap(MetricReader::path).map(Metric.Json::new);
        }
        return fields.text("measure").flatMap(word -> measured(fields, word));
    }

    private static Optional<Metric.Source> measured(Fields fields, Value word) {
        if (!MEASURES.contains(word.text())) {
            word.wrong("'" + word.text() + "' is none of " + String.join(", ", MEASURES));
            return Optional.empty();
        }
        boolean bytes = word.text().equals("peak-memory");
        double unit = fields.choice("unit", bytes ? BYTES : TIMES).orElse(bytes ? 1024.0 : 1e6);
        return Optional.of(switch (word.text()) {
        case "wall" -> new Metric.Wall(unit);
        case "cpu" -> new Metric.Cpu(unit);
        default -> new Metric.PeakMemory(unit);
        });
    }

    private static String unit(Fields fields, Metric.Source source) {
        return switch (source) {
        case Metric.Wall wall -> fields.text("unit", "ms");
        case Metric.Cpu cpu -> fields.text("unit", "ms");
        case Metric.PeakMemory memory -> fields.text("unit", "KiB");
        case Metric.Matched matched -> fields.needed("unit", "ns").map(Value::text).orElse("");
        case Metric.Json json -> fields.needed("unit", "ns").map(Value::text).orElse("");
        };
    }

    private static Optional<Pattern> pattern(Value value) {
        try {
            Pattern pattern = Pattern.compile(value.text(), Pattern.MULTILINE);
            int groups = pattern.matcher("").groupCount();
            if (groups == 1) {
                return Optional.of(pattern);
            }
            value.wrong(groups == 0
                    ? "no group in '" + value.text() + "'; put what is to be read in parentheses"
                    : groups + " groups in '" + value.text() + "'; one is read, write (?:...) for the others");
        } catch (PatternSyntaxException bad) {
            value.wrong("'" + value.text() + "' is no regular expression: " + bad.getDescription()
                    + (bad.getIndex() < 0 ? "" : " at character " + (bad.getIndex() + 1)));
        }
        return Optional.empty();
    }

    private static Optional<JsonPath> path(Value value) {
        try {
            return Optional.of(new JsonPath(value.text()));
        } catch (IllegalArgumentException bad) {
            value.wrong(bad.getMessage());
            return Optional.empty();
        }
    }
}

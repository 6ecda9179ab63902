package org.kakuri.engine.internal.guest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;

/**
 * A quantity of a run.
 *
 * @param name what claims and extras call it
 * @param unit its unit
 * @param source where it is read
 */
public record Metric(String name, String unit, Source source) {
    private static final Pattern NUMBER = Pattern.compile("[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Where a quantity is read. */
    public sealed interface Source {}

    /**
     * What the one group of an expression matches in the output.
     *
     * @param pattern the expression
     * @param stderr whether in standard error
     */
    public record Matched(Pattern pattern, boolean stderr) implements Source {}

    /** A place in the JSON document that standard output is. */
    public record Json(JsonPath path) implements Source {}

    /**
     * Wall time of the run.
     *
     * @param nanos ns in the metric's unit
     */
    public record Wall(double nanos) implements Source {}

    /**
     * CPU time of the guest.
     *
     * @param nanos ns in the metric's unit
     */
    public record Cpu(double nanos) implements Source {}

    /**
     * Most memory the guest had.
     *
     * @param bytes bytes in the metric's unit
     */
    public record PeakMemory(double bytes) implements Source {}

    /** Returns the name an extra of this metric has, with its unit. */
    public String extra() {
        return name + "." + unit;
    }

    /**
     * Reads the quantity.
     *
     * @param run of which run
     * @param several whether one run may give several values
     * @param deadline until when to look for it
     * @return at least one value
     * @throws KakuriException if it is not there
     */
    List<Double> read(Finished run, boolean several, Deadline deadline) {
        return switch (source) {
        case Wall(double nanos) -> List.of(run.wallNanos() / nanos);
        case Cpu(double nanos) -> List.of(run.exit().cpuNanos() / nanos);
        case PeakMemory(double bytes) -> {
            if (run.exit().peakMemory() == 0) {
                throw wrong("this runtime cannot tell the peak memory of a guest", "take it out, or another runtime");
            }
            yield List.of(run.exit().peakMemory() / bytes);
        }
        case Matched(Pattern pattern, boolean stderr) -> matched(pattern, stderr ? "stderr" : "stdout",
                stderr ? run.stderr() : run.stdout(), several, deadline);
        case Json(JsonPath path) -> json(path, run.stdout(), several);
        };
    }

    private List<Double> matched(Pattern pattern, String stream, String text, boolean several, Deadline deadline) {
        String what = "regex '" + pattern + "' in " + stream;
        Matcher matcher = pattern.matcher(new Patience(text, deadline, what));
        List<Double> values = new ArrayList<>();
        while (matcher.find()) {
            if (matcher.group(1) == null) {
                throw wrong(what + " matches without its group", "make the group part of every match");
            }
            values.add(number(matcher.group(1)));
        }
        if (values.isEmpty()) {
            throw wrong(what + " finds nothing", "it wrote: " + (text.isBlank() ? "nothing" : Finished.excerpt(text)));
        }
        if (values.size() > 1 && !several) {
            throw wrong(what + " matches " + values.size() + " times",
                    "make it match once, or say samples: from-output");
        }
        return values;
    }

    private List<Double> json(JsonPath path, String text, boolean several) {
        JsonNode node;
        try {
            node = path.in(JSON.readTree(text));
        } catch (JsonProcessingException none) {
            throw wrong("stdout is no JSON document: " + none.getOriginalMessage(),
                    "it wrote: " + (text.isBlank() ? "nothing" : Finished.excerpt(text)));
        } catch (IllegalArgumentException missing) {
            throw wrong("json path " + path + ": " + missing.getMessage(), "it wrote: " + Finished.excerpt(text));
        }
        if (several && node.isArray() && !node.isEmpty()) {
            List<Double> values = new ArrayList<>();
            node.forEach(each -> values.add(number(path, each)));
            return values;
        }
        return List.of(number(path, node));
    }

    private double number(JsonPath path, JsonNode node) {
        if (!node.isNumber() && !node.isTextual()) {
            throw wrong("json path " + path + " leads to " + Finished.excerpt(node.toString()) + ", which is no number",
                    "");
        }
        return number(node.asText());
    }

    private double number(String text) {
        String digits = text.strip();
        double value = NUMBER.matcher(digits).matches() ? Double.parseDouble(digits) : Double.NaN;
        if (!Double.isFinite(value)) {
            throw wrong("'" + Finished.excerpt(text) + "' is no number", "write it like 12, 0.5 or 1e6");
        }
        return value;
    }

    private KakuriException wrong(String problem, String remedy) {
        return new KakuriException("metric " + name + ": " + problem, remedy);
    }
}

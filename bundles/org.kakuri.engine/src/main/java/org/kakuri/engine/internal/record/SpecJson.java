package org.kakuri.engine.internal.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.engine.RunReport.Skipped;

/** Spelling of {@link RunSpec} in {@code run.json}. A bound that is infinite is {@code null}. */
final class SpecJson {

    private SpecJson() {}

    static ObjectNode write(RunSpec spec) {
        ObjectNode node = Json.object();
        node.put("format", 1)
                .put("id", spec.id())
                .put("started", spec.started().toString())
                .put("command", spec.commandLine())
                .put("seed", spec.seed())
                .put("blocks", spec.blocks())
                .put("iterations", spec.iterations())
                .put("warmup", spec.warmup())
                .put("timeoutMillis", spec.timeoutMillis())
                .put("strict", spec.strict())
                .put("points", spec.points());
        lists(node.putObject("values"), spec.values());
        lists(node.putObject("unsourced"), spec.unsourced());
        ArrayNode skipped = node.putArray("skipped");
        spec.skipped().forEach(each -> skipped.addObject().put("what", each.what()).put("why", each.why()));
        node.set("bundles", Json.texts(spec.bundles()));
        info(node.putObject("experiment"), spec.info());
        return node;
    }

    static RunSpec read(JsonNode node) {
        if (node.path("format").asInt() != 1) {
            throw new IllegalArgumentException("format is " + node.path("format") + ", this engine reads 1");
        }
        List<Skipped> skipped = new ArrayList<>();
        node.get("skipped")
                .forEach(each -> skipped.add(new Skipped(each.get("what").asText(), each.get("why").asText())));
        return new RunSpec(node.get("id").asText(), Instant.parse(node.get("started").asText()),
                info(node.get("experiment")), lists(node.get("values")), lists(node.get("unsourced")),
                node.get("points").asInt(), skipped, node.get("blocks").asInt(),
                node.get("iterations").asInt(), node.get("warmup").asInt(), node.get("timeoutMillis").asLong(),
                node.get("strict").asBoolean(), node.get("seed").asLong(), node.get("command").asText(),
                Json.texts(node.get("bundles")));
    }

    private static void lists(ObjectNode node, Map<String, List<String>> lists) {
        lists.forEach((name, each) -> Json.texts(node, name, each));
    }

    private static Map<String, List<String>> lists(JsonNode node) {
        Map<String, List<String>> lists = new LinkedHashMap<>();
        node.properties().forEach(entry -> lists.put(entry.getKey(), Json.list(entry.getValue())));
        return lists;
    }

    private static void info(ObjectNode node, ExperimentInfo info) {
        node.put("id", info.id())
                .put("system", info.system())
                .put("title", info.title())
                .put("question", info.question())
                .put("unit", info.unit());
        ArrayNode parameters = node.putArray("parameters");
        for (Parameter parameter : info.parameters()) {
            ObjectNode each = parameters.addObject()
                    .put("name", parameter.name())
                    .put("description", parameter.description())
                    .put("kind", EntryJson.word(parameter.kind()));
            Json.texts(each, "defaults", parameter.defaults());
            Json.texts(each, "allowed", parameter.allowed());
            each.put("low", parameter.low()).put("high", parameter.high()).put("source", parameter.source());
        }
        ArrayNode claims = node.putArray("claims");
        info.claims().forEach(claim -> claim(claims.addObject(), claim));
        node.putObject("figure")
                .put("groupBy", info.figure().groupBy())
                .put("relativeTo", info.figure().relativeTo())
                .put("yTitle", info.figure().yTitle());
    }

    private static ExperimentInfo info(JsonNode node) {
        List<Parameter> parameters = new ArrayList<>();
        node.get("parameters")
                .forEach(each -> parameters.add(new Parameter(each.get("name").asText(),
                        each.get("description").asText(), EntryJson.constant(Parameter.Kind.class, each.get("kind")),
                        Json.list(each.get("defaults")), Json.list(each.get("allowed")), each.get("low").asLong(),
                        each.get("high").asLong(), each.get("source").asText())));
        List<ClaimSpec> claims = new ArrayList<>();
        node.get("claims").forEach(each -> claims.add(claim(each)));
        JsonNode figure = node.get("figure");
        return new ExperimentInfo(node.get("id").asText(), node.get("system").asText(), node.get("title").asText(),
                node.get("question").asText(), node.get("unit").asText(), parameters, claims,
                new ExperimentInfo.Figure(figure.get("groupBy").asText(), figure.get("relativeTo").asText(),
                        figure.get("yTitle").asText()));
    }

    private static void claim(ObjectNode node, ClaimSpec claim) {
        node.put("id", claim.id())
                .put("text", claim.text())
                .put("kind", EntryJson.word(claim.kind()))
                .put("unit",
                        claim.unit());
        Json.put(node, "low", claim.low());
        Json.put(node, "high", claim.high());
        ObjectNode how = node.putObject("calculation");
        switch (claim.calculation()) {
        case ClaimSpec.MaxRatioOfMedians(String arm, String baseline) -> how.put("is", "max-ratio-of-medians")
                .put("arm", arm)
                .put("baseline", baseline);
        case ClaimSpec.MeanRatioOfMedians(String arm, String baseline) -> how.put("is", "mean-ratio-of-medians")
                .put("arm", arm)
                .put("baseline", baseline);
        case ClaimSpec.MaxExtra(String arm, String extra) -> how.put("is", "max-extra")
                .put("arm", arm)
                .put("extra", extra);
        }
        node.set("where", Json.texts(new TreeMap<>(claim.where())));
        node.put("breakEven", claim.breakEven().orElse(null)).put("source", claim.source());
    }

    private static ClaimSpec claim(JsonNode node) {
        JsonNode how = node.get("calculation");
        String arm = how.get("arm").asText();
        ClaimSpec.Calculation calculation = switch (how.get("is").asText()) {
        case "max-ratio-of-medians" -> new ClaimSpec.MaxRatioOfMedians(arm, how.get("baseline").asText());
        case "mean-ratio-of-medians" -> new ClaimSpec.MeanRatioOfMedians(arm, how.get("baseline").asText());
        case "max-extra" -> new ClaimSpec.MaxExtra(arm, how.get("extra").asText());
        case String other -> throw new IllegalArgumentException("unknown calculation '" + other + "'");
        };
        JsonNode low = node.get("low");
        JsonNode high = node.get("high");
        return new ClaimSpec(node.get("id").asText(), node.get("text").asText(),
                EntryJson.constant(ClaimSpec.Kind.class, node.get("kind")), node.get("unit").asText(),
                low.isNull() ? Double.NEGATIVE_INFINITY : low.asDouble(),
                high.isNull() ? Double.POSITIVE_INFINITY : high.asDouble(), calculation,
                Json.texts(node.get("where")), Optional.ofNullable(node.get("breakEven").textValue()),
                node.get("source").asText());
    }
}

package org.kakuri.engine.internal.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.kakuri.api.Label;
import org.kakuri.api.Observability;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Price;

/** Spelling of {@link Entry} in {@code samples.jsonl}: the member {@code type} says which. */
final class EntryJson {

    private EntryJson() {}

    static ObjectNode write(Entry entry) {
        ObjectNode node = Json.object();
        switch (entry) {
        case Entry.Opened opened -> {
            node.put("type", "trial").put("trial", opened.trial());
            node.set("point", Json.texts(opened.point().values()));
        }
        case Entry.ArmSeen seen -> {
            node.put("type", "arm").put("trial", seen.trial());
            arm(node, seen.info());
        }
        case Entry.Block block -> block(node, block);
        case Entry.Note note -> node.put("type", "note")
                .put("trial", note.trial())
                .put("key", note.key())
                .put("value", note.value());
        case Entry.Skip skip -> node.put("type", "skip")
                .put("trial", skip.trial())
                .put("what", skip.what())
                .put("why", skip.why());
        case Entry.Ended ended -> node.put("type", "end")
                .put("trial", ended.trial())
                .put("status", word(ended.status()))
                .put("reason", ended.reason());
        case Entry.Finished _ -> node.put("type", "finished");
        }
        return node;
    }

    static Entry read(JsonNode node) {
        int trial = node.path("trial").asInt(-1);
        return switch (node.path("type").asText()) {
        case "trial" -> new Entry.Opened(trial, new Point(Json.texts(node.get("point"))));
        case "arm" -> new Entry.ArmSeen(trial, arm(node));
        case "block" -> block(node, trial);
        case "note" -> new Entry.Note(trial, node.get("key").asText(), node.get("value").asText());
        case "skip" -> new Entry.Skip(trial, node.get("what").asText(), node.get("why").asText());
        case "end" -> new Entry.Ended(trial, constant(Entry.Status.class, node.get("status")),
                node.get("reason").asText());
        case "finished" -> new Entry.Finished();
        case String other -> throw new IllegalArgumentException("unknown type '" + other + "'");
        };
    }

    private static void block(ObjectNode node, Entry.Block block) {
        node.put("type", "block")
                .put("trial", block.trial())
                .put("arm", block.arm())
                .put("phase", word(block.phase()))
                .put("round", block.round())
                .put("place", block.place())
                .put("ns", block.ns());
        values(node.putArray("values"), block.values());
        node.set("extras", Json.numbers(block.extras()));
        if (!block.details().isEmpty()) {
            ObjectNode details = node.putObject("details");
            block.details().forEach((name, values) -> values(details.putArray(name), values));
        }
        if (block.events() != null) {
            ObjectNode events = node.putObject("events");
            block.events()
                    .counts()
                    .forEach((event, count) -> events.putArray(event)
                            .add(count.count())
                            .add(count.bytes())
                            .add(word(count.observability())));
        }
    }

    private static void values(ArrayNode node, double[] values) {
        for (double value : values) {
            node.add(Json.number(value));
        }
    }

    private static double[] values(JsonNode node) {
        double[] values = new double[node.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = node.get(i).asDouble();
        }
        return values;
    }

    private static Entry.Block block(JsonNode node, int trial) {
        var details = new TreeMap<String, double[]>();
        node.path("details").properties().forEach(entry -> details.put(entry.getKey(), values(entry.getValue())));
        LedgerSnapshot events = null;
        if (node.has("events")) {
            var counts = new TreeMap<String, EventCount>();
            node.get("events")
                    .properties()
                    .forEach(entry -> counts.put(entry.getKey(), new EventCount(entry.getValue().get(0).asLong(),
                            entry.getValue().get(1).asLong(), constant(Observability.class, entry.getValue().get(2)))));
            events = new LedgerSnapshot(counts);
        }
        return new Entry.Block(trial, node.get("arm").asText(), constant(Entry.Phase.class, node.get("phase")),
                node.get("round").asInt(), node.get("place").asInt(), node.get("ns").asLong(),
                values(node.get("values")), Map.copyOf(Json.numbers(node.get("extras"))), details, events);
    }

    private static void arm(ObjectNode node, ArmInfo info) {
        node.put("name", info.name()).put("title", info.title()).put("label", info.label().text());
        node.set("parameters", Json.texts(new TreeMap<>(info.parameters())));
        Json.texts(node, "keyEvents", info.keyEvents());
        CostProfile profile = info.profile();
        ObjectNode prices = node.putObject("profile")
                .put("id", profile.id())
                .put("title", profile.title())
                .put("platform", profile.platform())
                .put("architecture", profile.architecture())
                .putObject("prices");
        new TreeMap<>(profile.prices()).forEach((event, price) -> {
            ObjectNode one = prices.putObject(event);
            Json.put(one, "ns", price.ns());
            Json.put(one, "nsPerByte", price.nsPerByte());
            Json.put(one, "low", price.low());
            Json.put(one, "high", price.high());
            one.put("citation", price.citation()).put("verified", price.verified()).put("note", price.note());
        });
    }

    private static ArmInfo arm(JsonNode node) {
        JsonNode profile = node.get("profile");
        var prices = new TreeMap<String, Price>();
        profile.get("prices").properties().forEach(entry -> {
            JsonNode one = entry.getValue();
            prices.put(entry.getKey(),
                    new Price(one.get("ns").asDouble(), one.get("nsPerByte").asDouble(),
                            one.get("low").asDouble(), one.get("high").asDouble(Double.POSITIVE_INFINITY),
                            one.get("citation").asText(), one.get("verified").asBoolean(), one.get("note").asText()));
        });
        return new ArmInfo(node.get("name").asText(), node.get("title").asText(),
                constant(Label.class, node.get("label")), Json.texts(node.get("parameters")),
                Json.list(node.get("keyEvents")), new CostProfile(profile.get("id").asText(),
                        profile.get("title").asText(), profile.get("platform").asText(),
                        profile.get("architecture").asText(), prices));
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    static <E extends Enum<E>> E constant(Class<E> type, JsonNode word) {
        return Enum.valueOf(type, word.asText().toUpperCase(Locale.ROOT));
    }
}

package org.kakuri.engine.internal.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import org.kakuri.engine.ArmReport;
import org.kakuri.engine.ClaimReport;
import org.kakuri.engine.RunReport;
import org.kakuri.engine.Statistics;
import org.kakuri.engine.internal.record.Json;

/**
 * A report as the one JSON document of {@code --json}. Its members are part of Kakuri's interface to scripts: {@code experiment
 * result environment arms claims skipped}. A number that does not exist is {@code null}. Failed trials are among the skipped,
 * where {@code why} begins with {@code failed: }.
 */
public final class JsonReport {

    private JsonReport() {}

    /** Returns the document, with a line end. */
    public static String of(RunReport report) {
        ObjectNode document = Json.object();
        document.put("experiment", report.experiment()).put("result", report.folder().toString());
        document.set("environment", Json.texts(report.environment()));
        ArrayNode arms = document.putArray("arms");
        for (ArmReport arm : report.arms()) {
            ObjectNode node = arms.addObject().put("name", arm.name()).put("label", arm.label().text());
            node.set("parameters", Json.texts(arm.parameters()));
            statistics(node.putObject("statistics"), report.unit(), arm);
        }
        ArrayNode claims = document.putArray("claims");
        report.claims().forEach(claim -> claim(claims.addObject(), claim));
        ArrayNode skipped = document.putArray("skipped");
        report.failures()
                .forEach(
                        each -> skipped.addObject().put("what", each.what()).put("why", "failed: " + each.why()));
        report.skipped().forEach(each -> skipped.addObject().put("what", each.what()).put("why", each.why()));
        return Json.pretty(document);
    }

    private static void statistics(ObjectNode node, String unit, ArmReport arm) {
        Statistics statistics = arm.statistics();
        node.put("unit", unit).put("n", statistics.n()).put("blocks", statistics.blocks());
        Json.put(node, "min", statistics.min());
        Json.put(node, "p10", statistics.p10());
        Json.put(node, "p50", statistics.p50());
        Json.put(node, "p90", statistics.p90());
        Json.put(node, "p99", statistics.p99());
        Json.put(node, "max", statistics.max());
        Json.put(node, "mean", statistics.mean());
        Json.put(node, "mad", statistics.mad());
        Json.put(node, "p50Low", statistics.p50Low());
        Json.put(node, "p50High", statistics.p50High());
        Json.put(node, "drift", statistics.drift());
        arm.ratio().ifPresent(ratio -> {
            ObjectNode one = node.putObject("ratio").put("to", ratio.baseline());
            Json.put(one, "value", ratio.value());
            Json.put(one, "low", ratio.low());
            Json.put(one, "high", ratio.high());
        });
        node.put("profile", arm.profile());
        ObjectNode events = node.putObject("events");
        arm.events()
                .forEach((event, count) -> events.putObject(event)
                        .put("count", count.count())
                        .put("bytes", count.bytes())
                        .put("seen", count.observability().name().toLowerCase(Locale.ROOT)));
        node.set("extras", Json.numbers(arm.extras()));
        ObjectNode details = node.putObject("details");
        arm.details().forEach((name, spread) -> {
            ObjectNode one = details.putObject(name).put("n", spread.n());
            Json.put(one, "p10", spread.p10());
            Json.put(one, "p50", spread.p50());
            Json.put(one, "p90", spread.p90());
            Json.put(one, "p99", spread.p99());
            Json.put(one, "max", spread.max());
        });
    }

    private static void claim(ObjectNode node, ClaimReport claim) {
        node.put("id", claim.id())
                .put("text", claim.text())
                .put("kind", claim.kind().name().toLowerCase(Locale.ROOT))
                .put("provenance", claim.provenance().text());
        Json.put(node, "value", claim.value().orElse(Double.NaN));
        node.put("unit", claim.unit());
        Json.put(node, "low", claim.low());
        Json.put(node, "high", claim.high());
        node.put("verdict", claim.verdict().name());
    }

    /** Returns the content of {@code claims.json}: what the document says of each claim, and how it came about. */
    public static String claims(RunReport report) {
        ObjectNode document = Json.object();
        document.put("experiment", report.experiment()).put("result", report.id());
        ArrayNode claims = document.putArray("claims");
        for (ClaimReport claim : report.claims()) {
            ObjectNode node = claims.addObject();
            claim(node, claim);
            Json.put(node, "valueLow", claim.valueLow().orElse(Double.NaN));
            Json.put(node, "valueHigh", claim.valueHigh().orElse(Double.NaN));
            Json.put(node, "distance", claim.distance());
            node.put("where", claim.where()).put("labels", Labels.text(claim.labels())).put("source", claim.source());
            ArrayNode breakEvens = node.putArray("breakEven");
            claim.breakEvens().forEach(each -> {
                ObjectNode one = breakEvens.addObject().put("event", each.event());
                Json.put(one, "bound", each.bound());
                Json.put(one, "ns", each.ns().orElse(Double.NaN));
                one.put("why", each.why());
            });
            Json.texts(node, "notes", claim.notes());
        }
        return Json.pretty(document);
    }
}

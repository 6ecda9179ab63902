package org.kakuri.engine.internal.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.kakuri.engine.ArmReport;
import org.kakuri.engine.RunReport;
import org.kakuri.engine.Statistics;

/** One row for each arm at each point (RFC 4180; a number that does not exist is empty). */
public final class SummaryCsv {

    private SummaryCsv() {}

    /** Returns all arms of a report. */
    public static String of(RunReport report) {
        return of(report, report.arms());
    }

    /** Returns some arms of a report. */
    static String of(RunReport report, List<ArmReport> arms) {
        var names = new TreeSet<String>();
        arms.forEach(arm -> names.addAll(arm.parameters().keySet()));
        List<List<String>> rows = new ArrayList<>();
        var head = new ArrayList<>(List.of("experiment", "result", "arm", "label", "profile"));
        head.addAll(names);
        head.addAll(List.of("unit", "n", "blocks", "min", "p10", "p50", "p90", "p99", "max", "mean", "mad", "p50_low",
                "p50_high", "drift", "ratio_to", "ratio", "ratio_low", "ratio_high"));
        rows.add(head);
        for (ArmReport arm : arms) {
            var row = new ArrayList<>(List.of(report.experiment(), report.id(), arm.name(), arm.label().text(),
                    arm.profile()));
            names.forEach(name -> row.add(arm.parameters().getOrDefault(name, "")));
            Statistics s = arm.statistics();
            row.addAll(List.of(report.unit(), Long.toString(s.n()), Integer.toString(s.blocks()), number(s.min()),
                    number(s.p10()), number(s.p50()), number(s.p90()), number(s.p99()), number(s.max()),
                    number(s.mean()), number(s.mad()), number(s.p50Low()), number(s.p50High()), number(s.drift())));
            Optional<ArmReport.Ratio> ratio = arm.ratio();
            row.add(ratio.map(ArmReport.Ratio::baseline).orElse(""));
            row.add(ratio.map(each -> number(each.value())).orElse(""));
            row.add(ratio.map(each -> number(each.low())).orElse(""));
            row.add(ratio.map(each -> number(each.high())).orElse(""));
            rows.add(row);
        }
        return rows.stream()
                .map(row -> row.stream().map(SummaryCsv::cell).collect(Collectors.joining(",")) + "\r\n")
                .collect(Collectors.joining());
    }

    private static String number(double value) {
        return Double.isFinite(value) ? Double.toString(value) : "";
    }

    private static String cell(String text) {
        return text.matches("(?s).*[\",\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}

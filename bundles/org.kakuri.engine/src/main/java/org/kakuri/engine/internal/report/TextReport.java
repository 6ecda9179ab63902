package org.kakuri.engine.internal.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.kakuri.engine.ArmReport;
import org.kakuri.engine.ClaimReport;
import org.kakuri.engine.ClaimReport.BreakEven;
import org.kakuri.engine.RunReport;
import org.kakuri.engine.internal.run.Environment;

/** A report as text: points and arms, claims, what was left out, where the files are. At most 120 columns. */
public final class TextReport {
    private static final int WIDTH = 120;
    /** Drift of an arm's median that is told. */
    private static final double UNSTEADY = 0.1;

    private final RunReport report;
    private final StringBuilder text = new StringBuilder();

    private TextReport(RunReport report) {
        this.report = report;
    }

    /** Returns the text. */
    public static String of(RunReport report) {
        return new TextReport(report).write();
    }

    private String write() {
        wrapped(report.experiment() + ": " + report.title(), "", "  ");
        wrapped(Environment.brief(report.environment()), "", "  ");
        if (report.state() == RunReport.State.INCOMPLETE) {
            text.append("INCOMPLETE: the run did not come to its end\n");
        }
        arms();
        listed("failed", report.failures(), RunReport.Failure::what, RunReport.Failure::why);
        listed("skipped", report.skipped(), RunReport.Skipped::what, RunReport.Skipped::why);
        claims();
        text.append('\n');
        report.figures().forEach(figure -> text.append("plot    ").append(figure).append('\n'));
        text.append("result  ").append(report.folder()).append('\n');
        if (!report.commandLine().isEmpty()) {
            text.append("repeat  ").append(report.commandLine()).append('\n');
        }
        return text.toString();
    }

    private void arms() {
        if (report.arms().isEmpty()) {
            text.append("\nnothing was measured\n");
            return;
        }
        List<String> varying = Varying.of(report);
        Optional<String> baseline = report.arms()
                .stream()
                .flatMap(arm -> arm.ratio().stream())
                .map(ArmReport.Ratio::baseline)
                .findFirst();
        var table = new Table("<".repeat(varying.size()) + "<>>>>" + (baseline.isPresent() ? ">>" : "") + "<");
        List<String> head = new ArrayList<>(varying);
        head.addAll(List.of("arm", "p10", "p50", "p99", "n"));
        if (baseline.isPresent()) {
            head.addAll(List.of("ratio", "95 % interval"));
        }
        head.add("label");
        table.row(head);
        String last = null;
        for (ArmReport arm : report.arms()) {
            String point = Varying.text(arm, varying);
            boolean again = point.equals(last);
            last = point;
            List<String> row = new ArrayList<>();
            varying.forEach(name -> row.add(again ? "" : arm.parameters().getOrDefault(name, "-")));
            row.addAll(List.of(arm.name(), Numbers.plain(arm.statistics().p10()), Numbers.plain(arm.statistics().p50()),
                    Numbers.plain(arm.statistics().p99()), Long.toString(arm.statistics().n())));
            if (baseline.isPresent()) {
                row.add(arm.ratio().map(ratio -> Numbers.ratio(ratio.value())).orElse(""));
                row.add(arm.ratio()
                        .map(ratio -> Numbers.ratio(ratio.low()) + ".." + Numbers.ratio(ratio.high()))
                        .orElse(""));
            }
            row.add(arm.label().text());
            table.row(row);
        }
        text.append('\n').append(table.text(WIDTH));
        fixed().ifPresent(fixed -> wrapped("all at " + fixed, "", "  "));
        text.append("times in ")
                .append(report.unit())
                .append(baseline.map(arm -> "; ratio of medians to " + arm + ", median over rounds").orElse(""))
                .append('\n');
        unsteady();
        titles();
        details(varying);
    }

    private void details(List<String> varying) {
        var table = new Table("<".repeat(varying.size()) + "<<>>>>>>");
        List<String> head = new ArrayList<>(varying);
        head.addAll(List.of("arm", "each", "p10", "p50", "p90", "p99", "max", "n"));
        table.row(head);
        for (ArmReport arm : report.arms()) {
            arm.details().forEach((name, spread) -> {
                List<String> row = new ArrayList<>();
                varying.forEach(parameter -> row.add(arm.parameters().getOrDefault(parameter, "-")));
                row.addAll(List.of(arm.name(), name, Numbers.plain(spread.p10()), Numbers.plain(spread.p50()),
                        Numbers.plain(spread.p90()), Numbers.plain(spread.p99()), Numbers.plain(spread.max()),
                        Long.toString(spread.n())));
                table.row(row);
            });
        }
        if (report.arms().stream().anyMatch(arm -> !arm.details().isEmpty())) {
            text.append("\ndistributions over all measured blocks\n").append(table.text(WIDTH));
        }
    }

    private void unsteady() {
        List<String> varying = Varying.of(report);
        String arms = report.arms()
                .stream()
                .filter(arm -> Math.abs(arm.statistics().drift()) > UNSTEADY)
                .map(arm -> "%s%s %+.0f %%".formatted(arm.name(),
                        varying.isEmpty() ? "" : " at " + Varying.text(arm, varying),
                        100 * arm.statistics().drift()))
                .collect(Collectors.joining(", "));
        if (!arms.isEmpty()) {
            wrapped("not steady (median of the later half of the blocks against the earlier): " + arms, "", "  ");
        }
    }

    private Optional<String> fixed() {
        return Optional.of(report.arms()
                .getFirst()
                .parameters()
                .entrySet()
                .stream()
                .filter(each -> constant(each.getKey(), each.getValue()))
                .map(each -> each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining(" "))).filter(fixed -> !fixed.isEmpty());
    }

    private boolean constant(String name, String value) {
        return report.arms().stream().allMatch(arm -> value.equals(arm.parameters().get(name)));
    }

    private void titles() {
        Map<String, String> titles = new LinkedHashMap<>();
        report.arms()
                .forEach(arm -> titles.putIfAbsent(arm.name(), arm.title()
                        + (arm.profile().equals("unpriced") ? "" : ", cost profile " + arm.profile())));
        titles.forEach((name, title) -> wrapped(name + ": " + title, "  ", "    "));
    }

    private void claims() {
        if (report.claims().isEmpty()) {
            return;
        }
        text.append("\nclaims\n");
        for (ClaimReport claim : report.claims()) {
            String value = claim.value().isPresent()
                    ? Numbers.plain(claim.value().getAsDouble()) + " " + claim.unit()
                    : "no value";
            String interval = claim.valueLow().isPresent() && claim.valueHigh().isPresent()
                    ? " [" + Numbers.plain(claim.valueLow().getAsDouble()) + ".."
                            + Numbers.plain(claim.valueHigh().getAsDouble()) + "]"
                    : "";
            wrapped("%-10s  %s: %s%s, %s %s%s".formatted(claim.verdict(), claim.id(), value, interval,
                    claim.kind().name().toLowerCase(java.util.Locale.ROOT), band(claim),
                    claim.distance() > 0 ? ", off by " + Numbers.plain(claim.distance()) : ""), "  ", "              ");
            var details = new ArrayList<String>();
            if (claim.value().isPresent()) {
                described(claim, details);
            }
            details.addAll(claim.notes());
            details.forEach(detail -> wrapped(detail, "              ", "                "));
        }
    }

    private static void described(ClaimReport claim, List<String> details) {
        details.add(claim.text());
        details.add(claim.provenance().text()
                + (claim.labels().isEmpty() ? "" : "; arms " + Labels.text(claim.labels()))
                + (claim.where().isEmpty() ? "" : "; at " + claim.where()) + "; band from " + claim.source());
        claim.breakEvens().forEach(each -> details.add(breakEven(each)));
    }

    private static String band(ClaimReport claim) {
        boolean low = Double.isFinite(claim.low());
        boolean high = Double.isFinite(claim.high());
        return low && high
                ? Numbers.plain(claim.low()) + ".." + Numbers.plain(claim.high())
                : high ? "<= " + Numbers.plain(claim.high()) : low ? ">= " + Numbers.plain(claim.low()) : "any";
    }

    private static String breakEven(BreakEven each) {
        return "break-even at %s: %s".formatted(Numbers.plain(each.bound()),
                each.ns().isPresent()
                        ? "%s = %s ns (%s)".formatted(each.event(), Numbers.plain(each.ns().getAsDouble()), each.why())
                        : each.event() + ": " + each.why());
    }

    /** What has one and the same reason stands in one entry. */
    private <T> void listed(String title, List<T> all, Function<T, String> what, Function<T, String> why) {
        if (!all.isEmpty()) {
            text.append('\n').append(title).append('\n');
            Map<String, List<String>> byReason = all.stream()
                    .collect(Collectors.groupingBy(why, LinkedHashMap::new,
                            Collectors.mapping(what, Collectors.toList())));
            byReason.forEach((reason, each) -> wrapped(String.join("; ", each) + ": " + reason, "  ", "    "));
        }
    }

    private void wrapped(String line, String indent, String next) {
        String lead = indent;
        for (String each : Table.wrap(line, WIDTH - next.length())) {
            text.append(lead).append(each).append('\n');
            lead = next;
        }
    }
}

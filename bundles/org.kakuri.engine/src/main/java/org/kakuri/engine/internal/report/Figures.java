package org.kakuri.engine.internal.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kakuri.api.KakuriException;
import org.kakuri.api.experiment.ExperimentInfo.Figure;
import org.kakuri.engine.ArmReport;
import org.kakuri.engine.RunReport;
import org.kakuri.engine.internal.record.RunFolder;
import org.kakuri.engine.internal.report.Bars.Bar;
import org.kakuri.engine.internal.report.Bars.Series;
import org.kakuri.engine.internal.run.Environment;

/** The plots of a run: one for each combination of the parameters that are not on the x axis, each with its numbers. */
public final class Figures {
    private static final int FOOT_WIDTH = 140;

    private final RunReport report;
    private final Figure figure;
    private final boolean relative;

    private Figures(RunReport report, Figure figure) {
        this.report = report;
        this.figure = figure;
        relative = report.arms().stream().anyMatch(arm -> arm.ratio().isPresent());
    }

    /** Writes the plots of a report that has arms. */
    public static void write(RunReport report, Figure figure) {
        if (!report.arms().isEmpty()) {
            new Figures(report, figure).write();
        }
    }

    /** Returns the plots in a result folder, by name. */
    public static List<Path> in(Path folder) {
        Path figures = folder.resolve(RunFolder.FIGURES);
        if (!Files.isDirectory(figures)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(figures)) {
            return files.filter(file -> file.toString().endsWith(".svg")).sorted(Comparator.naturalOrder()).toList();
        } catch (IOException failure) {
            throw new KakuriException("cannot list " + figures + ": " + failure, "", failure);
        }
    }

    private void write() {
        Path folder = report.folder().resolve(RunFolder.FIGURES);
        try {
            Files.createDirectories(folder);
        } catch (IOException failure) {
            throw new KakuriException("cannot make " + folder + ": " + failure, "", failure);
        }
        List<String> apart = Varying.of(report).stream().filter(name -> !name.equals(figure.groupBy())).toList();
        Map<String, List<ArmReport>> sheets = new LinkedHashMap<>();
        report.arms()
                .forEach(
                        arm -> sheets.computeIfAbsent(Varying.text(arm, apart), key -> new ArrayList<>()).add(arm));
        String base = RunFolder.of(report.experiment());
        sheets.forEach((sheet, arms) -> {
            String name = base + (sheet.isEmpty() ? "" : "-" + RunFolder.of(sheet));
            RunFolder.write(folder.resolve(name + ".svg"), SvgBars.draw(bars(sheet, arms)));
            RunFolder.write(folder.resolve(name + ".csv"), SummaryCsv.of(report, arms));
        });
    }

    private Bars bars(String sheet, List<ArmReport> arms) {
        var groups = new LinkedHashSet<String>();
        arms.forEach(arm -> groups.add(group(arm)));
        Map<String, List<ArmReport>> byName = arms.stream()
                .filter(arm -> !relative || arm.ratio().isPresent())
                .collect(Collectors.groupingBy(arm -> arm.name() + "/" + arm.label(), LinkedHashMap::new,
                        Collectors.toList()));
        List<Series> series = byName.values()
                .stream()
                .map(each -> new Series(each.getFirst().name(),
                        each.getFirst().label(), groups.stream().map(group -> bar(each, group)).toList()))
                .toList();
        String spread = relative ? "ratio of medians" : "median";
        String subtitle = spread + ", whiskers: 95 % interval" + (sheet.isEmpty() ? "" : "; " + sheet);
        String yTitle = figure.yTitle().isEmpty() ? report.unit() : figure.yTitle();
        return new Bars(report.title(), subtitle, figure.groupBy(), yTitle, List.copyOf(groups), series,
                relative ? Optional.of(figure.relativeTo()) : Optional.empty(), foot(arms));
    }

    private String group(ArmReport arm) {
        return arm.parameters().getOrDefault(figure.groupBy(), "");
    }

    private Optional<Bar> bar(List<ArmReport> arms, String group) {
        return arms.stream()
                .filter(arm -> group(arm).equals(group))
                .findFirst()
                .map(arm -> relative
                        ? new Bar(arm.ratio().get().value(), arm.ratio().get().low(), arm.ratio().get().high())
                        : new Bar(arm.statistics().p50(), arm.statistics().p50Low(), arm.statistics().p50High()));
    }

    private List<String> foot(List<ArmReport> arms) {
        String labels = arms.stream()
                .map(arm -> arm.label().text())
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        String profiles = arms.stream().map(ArmReport::profile).distinct().sorted().collect(Collectors.joining(", "));
        List<String> lines = new ArrayList<>();
        lines.add("%s %s; %s; cost profile %s; %d..%d samples an arm".formatted(report.experiment(), report.id(),
                labels, profiles, arms.stream().mapToLong(arm -> arm.statistics().n()).min().orElseThrow(),
                arms.stream().mapToLong(arm -> arm.statistics().n()).max().orElseThrow()));
        lines.add(Environment.brief(report.environment()));
        if (report.state() == RunReport.State.INCOMPLETE || !report.failures().isEmpty()
                || !report.skipped().isEmpty()) {
            lines.add("%s; not in the plot: %d failed, %d left out".formatted(
                    report.state() == RunReport.State.INCOMPLETE ? "INCOMPLETE run" : "whole run",
                    report.failures().size(), report.skipped().size()));
        }
        return lines.stream().flatMap(line -> Table.wrap(line, FOOT_WIDTH).stream()).toList();
    }
}

package org.kakuri.engine.internal.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.kakuri.api.tee.EventCount;
import org.kakuri.engine.ArmReport;
import org.kakuri.engine.ArmReport.Ratio;
import org.kakuri.engine.RunReport;
import org.kakuri.engine.RunReport.Failure;
import org.kakuri.engine.internal.record.Entry.Block;
import org.kakuri.engine.internal.record.Entry.Status;
import org.kakuri.engine.internal.record.RunRecord;
import org.kakuri.engine.internal.record.RunSpec;
import org.kakuri.engine.internal.record.TrialRecord;
import org.kakuri.engine.internal.record.TrialRecord.ArmRecord;
import org.kakuri.engine.internal.stats.Bootstrap;
import org.kakuri.engine.internal.stats.Interval;
import org.kakuri.engine.internal.stats.Quantiles;

/** Computes the report of a run from its record, and from nothing else. */
public final class Analysis {

    private Analysis() {}

    /** Returns the report, without its plots. */
    public static RunReport report(RunRecord record) {
        RunSpec spec = record.spec();
        List<ArmReport> arms = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        for (TrialRecord trial : record.trials()) {
            if (trial.counts()) {
                trial.arms().forEach(arm -> arms.add(arm(spec, trial, arm)));
            } else if (trial.status().filter(Status.FAILED::equals).isPresent()) {
                failures.add(new Failure(trial.where(), trial.reason()));
            }
        }
        return new RunReport(spec.id(), spec.info().id(), spec.info().title(), spec.info().unit(), spec.started(),
                record.folder(), record.finished() ? RunReport.State.COMPLETE : RunReport.State.INCOMPLETE,
                spec.strict(), spec.commandLine(), record.environment(), arms,
                spec.info().claims().stream().map(claim -> new Judge(record, claim).judge()).toList(),
                record.skipped(), failures, List.of());
    }

    /** Returns the report with the plots that are in its folder. */
    public static RunReport withFigures(RunReport report) {
        return new RunReport(report.id(), report.experiment(), report.title(), report.unit(), report.started(),
                report.folder(), report.state(), report.strict(), report.commandLine(), report.environment(),
                report.arms(), report.claims(), report.skipped(), report.failures(), Figures.in(report.folder()));
    }

    private static ArmReport arm(RunSpec spec, TrialRecord trial, ArmRecord arm) {
        Map<String, EventCount> events = new TreeMap<>();
        arm.events().ifPresent(snapshot -> events.putAll(snapshot.counts()));
        return new ArmReport(arm.info().name(), arm.info().title(), arm.info().label(),
                new TreeMap<>(trial.parameters(arm)), arm.info().profile().id(),
                Quantiles.describe(arm.samples(), spec.seed()), ratio(spec, trial, arm), new TreeMap<>(events),
                extras(arm), details(arm));
    }

    private static TreeMap<String, ArmReport.Spread> details(ArmRecord arm) {
        var byName = new TreeMap<String, List<double[]>>();
        arm.blocks()
                .forEach(block -> block.details()
                        .forEach((name, values) -> byName.computeIfAbsent(name, key -> new ArrayList<>()).add(values)));
        var spreads = new TreeMap<String, ArmReport.Spread>();
        byName.forEach((name, blocks) -> spreads.put(name, Quantiles.spread(blocks)));
        return spreads;
    }

    private static Optional<Ratio> ratio(RunSpec spec, TrialRecord trial, ArmRecord arm) {
        String name = spec.info().figure().relativeTo();
        return trial.arm(name)
                .filter(baseline -> baseline != arm)
                .filter(baseline -> Labels.comparable(List.of(arm.info().label(), baseline.info().label())))
                .map(baseline -> {
                    var pair = new Pair(trial, arm, baseline);
                    Interval interval = Bootstrap.ratio(arm.samples(), baseline.samples(), spec.seed());
                    return new Ratio(name, pair.ratio(), interval.low(), interval.high());
                });
    }

    private static TreeMap<String, Double> extras(ArmRecord arm) {
        var sums = new HashMap<String, double[]>();
        for (Block block : arm.blocks()) {
            block.extras().forEach((name, value) -> {
                double[] sum = sums.computeIfAbsent(name, key -> new double[2]);
                sum[0] += value;
                sum[1]++;
            });
        }
        var means = new TreeMap<String, Double>();
        sums.forEach((name, sum) -> means.put(name, sum[0] / sum[1]));
        return means;
    }
}

package org.kakuri.engine.internal.report;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.DoubleStream;
import org.kakuri.api.Label;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.engine.ClaimReport;
import org.kakuri.engine.ClaimReport.BreakEven;
import org.kakuri.engine.ClaimReport.Verdict;
import org.kakuri.engine.internal.record.Entry.Status;
import org.kakuri.engine.internal.record.RunRecord;
import org.kakuri.engine.internal.record.TrialRecord;
import org.kakuri.engine.internal.record.TrialRecord.ArmRecord;
import org.kakuri.engine.internal.stats.Interval;

/** Judges one claim. What cannot be known leaves it incomplete; what is known is not bent. */
final class Judge {
    private final RunRecord record;
    private final ClaimSpec claim;
    private final List<String> notes = new ArrayList<>();
    private final List<String> obstacles = new ArrayList<>();

    Judge(RunRecord record, ClaimSpec claim) {
        this.record = record;
        this.claim = claim;
    }

    ClaimReport judge() {
        List<TrialRecord> trials = record.trials().stream().filter(trial -> matches(trial.point().values())).toList();
        if (!record.finished()) {
            obstacles.add("the run did not come to its end");
        }
        List<String> failed = trials.stream()
                .filter(trial -> trial.status().filter(Status.FAILED::equals).isPresent())
                .map(TrialRecord::where)
                .toList();
        if (!failed.isEmpty()) {
            obstacles.add("failed at " + String.join("; ", failed));
        }
        List<TrialRecord> counted = trials.stream().filter(TrialRecord::counts).toList();
        return switch (claim.calculation()) {
        case ClaimSpec.MaxRatioOfMedians(String arm, String baseline) -> ratio(counted, arm, baseline, true);
        case ClaimSpec.MeanRatioOfMedians(String arm, String baseline) -> ratio(counted, arm, baseline, false);
        case ClaimSpec.MaxExtra(String arm, String extra) -> extra(counted, arm, extra);
        };
    }

    private ClaimReport ratio(List<TrialRecord> trials, String arm, String baseline, boolean greatest) {
        List<Pair> pairs = new ArrayList<>();
        Map<String, List<String>> missing = new TreeMap<>();
        for (TrialRecord trial : trials) {
            var above = trial.arm(arm).filter(each -> matches(trial.parameters(each)));
            var below = trial.arm(baseline);
            if (above.isPresent() && below.isPresent()) {
                pairs.add(new Pair(trial, above.get(), below.get()));
            } else if (trial.arm(arm).isEmpty() || below.isEmpty()) {
                missing.computeIfAbsent(below.isEmpty() ? baseline : arm, key -> new ArrayList<>()).add(trial.where());
            }
        }
        missing.forEach((name, where) -> notes.add("no arm " + name + " at " + String.join("; ", where)));
        var labels = EnumSet.noneOf(Label.class);
        pairs.forEach(pair -> labels.addAll(List.of(pair.arm().info().label(), pair.baseline().info().label())));
        var above = new Provenances(record.spec(), notes);
        above.parameters(pairs.stream().map(Pair::trial).toList());
        pairs.forEach(pair -> above.arm(pair.arm()));
        var below = new Provenances(record.spec(), notes);
        pairs.forEach(pair -> below.arm(pair.baseline()));
        if (!below.priced()) {
            obstacles.add("the baseline is only a lower bound");
        }
        if (pairs.isEmpty()) {
            obstacles.add("no point has both arm " + arm + " and arm " + baseline);
        } else if (!Labels.comparable(labels)) {
            obstacles.add("labels " + Labels.text(labels) + " are not put in relation");
            pairs = List.of();
        }
        Value value = pairs.isEmpty() ? Value.NONE : greatest ? greatest(pairs) : mean(pairs);
        var provenance = above.worst().compareTo(below.worst()) >= 0 ? above.worst() : below.worst();
        return report(value, labels, provenance, above.priced(), breakEvens(pairs));
    }

    private Value greatest(List<Pair> pairs) {
        Pair top = pairs.getFirst();
        for (Pair pair : pairs) {
            top = pair.ratio() > top.ratio() ? pair : top;
        }
        Interval interval = top.interval(record.spec().seed());
        return new Value(top.ratio(), interval.low(), interval.high(), top.trial().where());
    }

    /** Geometric mean; points are independent of each other, so the widths of their intervals add in squares. */
    private Value mean(List<Pair> pairs) {
        double log = 0;
        double down = 0;
        double up = 0;
        for (Pair pair : pairs) {
            double ratio = pair.ratio();
            Interval interval = pair.interval(record.spec().seed());
            log += Math.log(ratio) / pairs.size();
            down += Math.pow(Math.log(ratio / interval.low()), 2);
            up += Math.pow(Math.log(interval.high() / ratio), 2);
        }
        return new Value(Math.exp(log), Math.exp(log - Math.sqrt(down) / pairs.size()),
                Math.exp(log + Math.sqrt(up) / pairs.size()), "");
    }

    private ClaimReport extra(List<TrialRecord> trials, String arm, String extra) {
        var labels = EnumSet.noneOf(Label.class);
        var provenances = new Provenances(record.spec(), notes);
        var used = new ArrayList<TrialRecord>();
        Value value = Value.NONE;
        for (TrialRecord trial : trials) {
            List<ArmRecord> arms = trial.arm(arm).filter(each -> matches(trial.parameters(each))).stream().toList();
            for (ArmRecord each : arms) {
                DoubleStream values = each.blocks()
                        .stream()
                        .filter(block -> block.extras().containsKey(extra))
                        .mapToDouble(block -> block.extras().get(extra));
                OptionalDouble most = values.max();
                if (most.isPresent()) {
                    labels.add(each.info().label());
                    provenances.arm(each);
                    used.add(trial);
                    value = value == Value.NONE || most.getAsDouble() > value.value()
                            ? new Value(most.getAsDouble(), Double.NaN, Double.NaN, trial.where())
                            : value;
                }
            }
        }
        provenances.parameters(used);
        if (value == Value.NONE) {
            obstacles.add("no arm " + arm + " told " + extra);
        } else if (!Labels.comparable(labels)) {
            obstacles.add("labels " + Labels.text(labels) + " are not put in relation");
            value = Value.NONE;
        }
        return report(value, labels, provenances.worst(), provenances.priced(), breakEvens(List.of()));
    }

    private ClaimReport report(Value value, EnumSet<Label> labels, ClaimReport.Provenance provenance, boolean priced,
            List<BreakEven> breakEvens) {
        double distance = value == Value.NONE
                ? 0
                : Math.max(0, Math.max(claim.low() - value.value(), value.value() - claim.high()));
        boolean above = value.value() > claim.high();
        if (!priced && !above && (Double.isFinite(claim.high()) || distance > 0)) {
            obstacles.add("the value is only a lower bound");
        }
        Verdict verdict = !obstacles.isEmpty()
                ? Verdict.INCOMPLETE
                : distance == 0
                        ? Verdict.PASS
                        : claim.kind() == ClaimSpec.Kind.GOAL ? Verdict.FAIL : Verdict.MISS;
        var all = new ArrayList<String>();
        obstacles.forEach(obstacle -> all.add("incomplete: " + obstacle));
        all.addAll(notes);
        return new ClaimReport(claim.id(), claim.text(), claim.kind(), provenance, new TreeSet<>(labels),
                finite(value.value()), finite(value.low()), finite(value.high()), claim.unit(), claim.low(),
                claim.high(), verdict, distance, value.where(), breakEvens, all, claim.source());
    }

    private List<BreakEven> breakEvens(List<Pair> pairs) {
        if (claim.breakEven().isEmpty()) {
            return List.of();
        }
        var price = new BreakEvenPrice(claim.breakEven().get(), record.spec().info().unit(), claim.calculation());
        return DoubleStream.of(claim.low(), claim.high())
                .filter(Double::isFinite)
                .mapToObj(bound -> price.at(bound, pairs))
                .toList();
    }

    /** Returns whether the claim is about such values; names that are not among them are left for the arm to decide. */
    private boolean matches(Map<String, String> values) {
        return claim.where()
                .entrySet()
                .stream()
                .allMatch(each -> values.getOrDefault(each.getKey(), each.getValue()).equals(each.getValue()));
    }

    private static OptionalDouble finite(double value) {
        return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    }

    /**
     * A value with its interval.
     *
     * @param value the value
     * @param low lower end
     * @param high upper end
     * @param where the point it was taken at
     */
    private record Value(double value, double low, double high, String where) {
        static final Value NONE = new Value(Double.NaN, Double.NaN, Double.NaN, "");
    }
}

package org.kakuri.engine.internal.report;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.kakuri.api.Label;
import org.kakuri.api.Observability;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.tee.EventCount;
import org.kakuri.engine.ClaimReport.BreakEven;
import org.kakuri.engine.internal.record.TrialRecord.ArmRecord;
import org.kakuri.engine.internal.stats.TimeUnits;

/**
 * The price of an event at which a ratio of medians would reach a bound: the p with
 * {@code (median + events per iteration * p) / median of the baseline = bound}. Events are those counted in the measured blocks,
 * and only exact counts are good enough. Several events, see {@link ClaimSpec#KEY_EVENTS}, have one price together. Blocks in which prices were already waited for are not used.
 */
final class BreakEvenPrice {
    private final String event;
    private final String unit;
    private final ClaimSpec.Calculation calculation;

    BreakEvenPrice(String event, String unit, ClaimSpec.Calculation calculation) {
        this.event = event;
        this.unit = unit;
        this.calculation = calculation;
    }

    /** Returns the price at which the value over all these pairs reaches the bound, or why there is none. */
    BreakEven at(double bound, List<Pair> pairs) {
        if (calculation instanceof ClaimSpec.MaxExtra) {
            return none(bound, "the value is no ratio of times");
        }
        if (TimeUnits.ns(unit).isEmpty()) {
            return none(bound, "samples are in " + unit + ", which is no time");
        }
        List<Pair> measured = pairs.stream().filter(pair -> pair.arm().info().label() == Label.MEASURED).toList();
        if (measured.isEmpty()) {
            return none(bound, pairs.isEmpty() ? "no data" : "no arm without prices was measured");
        }
        for (Pair pair : measured) {
            Optional<String> unfit = unfit(pair);
            if (unfit.isPresent()) {
                return none(bound, unfit.get());
            }
        }
        List<Term> terms = measured.stream().map(this::term).toList();
        double most = terms.stream().mapToDouble(Term::events).max().orElseThrow();
        if (most == 0) {
            return none(bound, "no break-even: " + (event.equals(ClaimSpec.KEY_EVENTS)
                    ? "the arm's key events do not occur, or it has none"
                    : "the event does not occur"));
        }
        String name = occurring(measured);
        if (value(terms, 0) > bound) {
            return new BreakEven(name, bound, OptionalDouble.empty(), "no break-even: already above it at price 0");
        }
        return new BreakEven(name, bound, OptionalDouble.of(solve(terms, bound)),
                String.format(Locale.ROOT, "%s counted per iteration, exact", perIteration(terms)));
    }

    private List<String> events(Pair pair) {
        return event.equals(ClaimSpec.KEY_EVENTS) ? pair.arm().info().keyEvents() : List.of(event);
    }

    /** What has the price, for people: {@code EENTER = EEXIT}. */
    private String occurring(List<Pair> pairs) {
        return pairs.stream()
                .flatMap(pair -> events(pair).stream().filter(name -> count(pair.arm(), List.of(name)).count() > 0))
                .distinct()
                .sorted()
                .collect(Collectors.joining(" = "));
    }

    private Optional<String> unfit(Pair pair) {
        if (pair.below() == 0) {
            return Optional.of("no break-even: the baseline's median is 0");
        }
        if (pair.arm().events().isEmpty()) {
            return Optional.of("no break-even: the arm told no events");
        }
        Observability seen = count(pair.arm(), events(pair)).observability();
        if (seen != Observability.EXACT) {
            return Optional.of("no break-even: the count is " + seen.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        }
        return count(pair.baseline(), events(pair)).count() == 0
                ? Optional.empty()
                : Optional.of("no break-even: the baseline counts the event too");
    }

    private static EventCount count(ArmRecord arm, List<String> names) {
        EventCount none = new EventCount(0, 0, Observability.EXACT);
        return arm.events()
                .map(events -> names.stream().map(events::count).reduce(none, EventCount::plus))
                .orElse(none);
    }

    private Term term(Pair pair) {
        double ns = TimeUnits.ns(unit).orElseThrow();
        return new Term(pair.above() * ns, pair.below() * ns,
                (double) count(pair.arm(), events(pair)).count() / pair.arm().count());
    }

    private double value(List<Term> terms, double price) {
        return switch (calculation) {
        case ClaimSpec.MaxRatioOfMedians _ ->
            terms.stream().mapToDouble(term -> term.ratio(price)).max().orElseThrow();
        case ClaimSpec.MeanRatioOfMedians _ ->
            Math.exp(terms.stream().mapToDouble(term -> Math.log(term.ratio(price))).average().orElseThrow());
        case ClaimSpec.MaxExtra _ -> throw new IllegalStateException("no ratio");
        };
    }

    /** The value grows with the price, so bisection finds the one price. */
    private double solve(List<Term> terms, double bound) {
        double high = 1;
        while (value(terms, high) < bound) {
            high *= 2;
        }
        double low = 0;
        for (int i = 0; i < 200 && high - low > 1e-9 * high; i++) {
            double middle = (low + high) / 2;
            if (value(terms, middle) < bound) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    private static String perIteration(List<Term> terms) {
        double least = terms.stream().mapToDouble(Term::events).min().orElseThrow();
        double most = terms.stream().mapToDouble(Term::events).max().orElseThrow();
        return Numbers.plain(least) + (least == most ? "" : " to " + Numbers.plain(most));
    }

    private BreakEven none(double bound, String why) {
        return new BreakEven(event, bound, OptionalDouble.empty(), why);
    }

    /**
     * One point.
     *
     * @param above median of the arm, ns
     * @param below median of the baseline, ns
     * @param events per iteration
     */
    private record Term(double above, double below, double events) {
        double ratio(double price) {
            return (above + events * price) / below;
        }
    }
}

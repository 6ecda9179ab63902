package org.kakuri.engine;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.SortedSet;
import org.kakuri.api.Label;
import org.kakuri.api.experiment.ClaimSpec;

/**
 * A claim and what became of it.
 *
 * @param id {@code system.experiment.metric}
 * @param text one sentence
 * @param kind whose statement it is
 * @param provenance what the value rests on
 * @param labels of the arms that were put in relation
 * @param value the value; empty if there is no data
 * @param valueLow lower end of the value's 95 % confidence interval; empty where there is none
 * @param valueHigh upper end of it
 * @param unit of the value
 * @param low least value that passes; may be negative infinity
 * @param high greatest value that passes; may be positive infinity
 * @param verdict how it was judged
 * @param distance how far the value is outside the band, in its unit; 0 inside
 * @param where the point the value was taken at, for a greatest value; empty otherwise
 * @param breakEvens price of the claim's event at each finite bound
 * @param notes why it is incomplete, what made it assumed, what was left out
 * @param source where the band stands
 */
public record ClaimReport(String id, String text, ClaimSpec.Kind kind, Provenance provenance, SortedSet<Label> labels,
        OptionalDouble value, OptionalDouble valueLow, OptionalDouble valueHigh, String unit, double low, double high,
        Verdict verdict, double distance, String where, List<BreakEven> breakEvens, List<String> notes, String source) {

    /** Copies the collections. */
    public ClaimReport {
        labels = java.util.Collections.unmodifiableSortedSet(new java.util.TreeSet<>(labels));
        breakEvens = List.copyOf(breakEvens);
        notes = List.copyOf(notes);
    }

    /** What the engine found. */
    public enum Verdict {
        /** Inside the band. */
        PASS,
        /** A goal that was not reached. */
        FAIL,
        /** A reproduction that came out elsewhere. */
        MISS,
        /** Nothing can be said: no data, a failed trial, a price that is not set. */
        INCOMPLETE
    }

    /** What a value rests on; derived by the engine from what was used, never stated by an author. */
    public enum Provenance {
        /** Wall clock of real work with sourced parameters. */
        MEASURED,
        /** Prices that were read at their sources took part. */
        PREDICTED,
        /** A parameter or a price without a verified source took part. */
        ASSUMED,
        /** A parameter was chosen to make the value come out. The engine has no way to do that, so it derives this never. */
        FITTED;

        /** Returns the word as results spell it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The price of an event at which the claim's value would reach a bound, from the events counted in measured blocks.
     *
     * @param event its name
     * @param bound the bound
     * @param ns the price in ns; empty if there is none
     * @param why what it was computed from, or why there is none
     */
    public record BreakEven(String event, double bound, OptionalDouble ns, String why) {}
}

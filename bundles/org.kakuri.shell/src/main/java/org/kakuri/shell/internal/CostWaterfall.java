package org.kakuri.shell.internal;

import java.util.ArrayList;
import java.util.List;
import org.kakuri.api.Label;
import org.kakuri.api.Observability;
import org.kakuri.api.runtime.SessionReport;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Price;

/**
 * Where the time of a run went. Two sums that are never mixed: the wall clock, whose parts exclude each other, and what the
 * counted events cost by the profile in use.
 *
 * @param wholeNanos wall clock from the lease to the guest's end, in ns
 * @param parts parts of the wall clock; their sum is the whole
 * @param profile id of the cost profile
 * @param events the events with their prices
 * @param chargedNanos what the priced ones cost together, in ns
 * @param complete whether every event has a price and was seen exactly; else the sum is a lower bound
 * @param notes what a reader must know
 */
public record CostWaterfall(long wholeNanos, List<Part> parts, String profile, List<Priced> events,
        double chargedNanos, boolean complete, List<String> notes) {

    /**
     * A part of the wall clock.
     *
     * @param phase what was done
     * @param label where the number comes from
     * @param nanos how long, in ns
     */
    public record Part(String phase, Label label, long nanos) {}

    /**
     * An event with its price.
     *
     * @param event its name
     * @param count how often it occurred
     * @param bytes bytes moved by it
     * @param seen how much of it was seen
     * @param price ns, empty where there is no sourced price
     * @param nanos what all of them cost, in ns
     */
    public record Priced(String event, long count, long bytes, Observability seen, java.util.Optional<Double> price,
            double nanos) {}

    static CostWaterfall of(long whole, SessionReport report, LedgerSnapshot events, CostProfile profile) {
        List<Part> parts = new ArrayList<>();
        report.phases().forEach((phase, nanos) -> parts.add(new Part(phase, Label.MEASURED, nanos)));
        parts.add(new Part("outside of the session", Label.MEASURED, whole - report.wholeNanos()));
        List<Priced> priced = new ArrayList<>();
        events.counts().forEach((event, count) -> {
            var price = profile.price(event);
            double nanos = price.map(p -> count.count() * p.ns() + count.bytes() * p.nsPerByte()).orElse(0.0);
            priced.add(new Priced(event, count.count(), count.bytes(), count.observability(), price.map(Price::ns),
                    nanos));
        });
        CostProfile.Charge charge = profile.charge(events);
        return new CostWaterfall(whole, List.copyOf(parts), profile.id(), List.copyOf(priced), charge.ns(),
                charge.complete() && events.counts()
                        .values()
                        .stream()
                        .allMatch(count -> count.observability() == Observability.EXACT),
                report.notes());
    }

    String text() {
        var text = new StringBuilder("cost, measured (wall clock)%n".formatted());
        parts.forEach(part -> text.append("  %-24s %12.3f ms  %5.1f %%%n".formatted(part.phase(), part.nanos() / 1e6,
                100.0 * part.nanos() / Math.max(1, wholeNanos))));
        text.append("  %-24s %12.3f ms%n".formatted("whole", wholeNanos / 1e6));
        text.append("cost, modelled (events x profile %s)%n".formatted(profile));
        events.forEach(event -> text.append("  %-24s %12d  %s%n".formatted(event.event(), event.count(),
                event.seen() != Observability.EXACT ? event.seen().name().toLowerCase(java.util.Locale.ROOT)
                        : event.price()
                                .map(ns -> "x %.0f ns = %.3f ms".formatted(ns, event.nanos() / 1e6))
                                .orElse("no sourced price: not charged"))));
        text.append("  %-24s %s%.3f ms%n".formatted("sum", complete ? "" : "\u2265 ", chargedNanos / 1e6));
        notes.forEach(note -> text.append("note: %s%n".formatted(note)));
        return text.toString();
    }
}

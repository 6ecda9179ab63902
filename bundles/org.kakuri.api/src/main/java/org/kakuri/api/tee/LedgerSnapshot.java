package org.kakuri.api.tee;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.kakuri.api.Observability;

/**
 * Event counts at one moment; crosses process borders.
 *
 * @param counts by event name, sorted
 */
public record LedgerSnapshot(SortedMap<String, EventCount> counts) {
    /** Nothing counted. */
    public static final LedgerSnapshot EMPTY = new LedgerSnapshot(new TreeMap<>());

    /** Copies the counts. */
    public LedgerSnapshot {
        counts = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(counts));
    }

    /** Returns a snapshot of the given counts. */
    public static LedgerSnapshot of(Map<String, EventCount> counts) {
        return new LedgerSnapshot(new TreeMap<>(counts));
    }

    /** Returns the count of an event; an exact 0 if it never occurred. */
    public EventCount count(String event) {
        return counts.getOrDefault(event, new EventCount(0, 0, Observability.EXACT));
    }

    /** Returns what was added since an earlier snapshot of the same ledger; events that did not occur are left out. */
    public LedgerSnapshot since(LedgerSnapshot earlier) {
        var delta = new TreeMap<String, EventCount>();
        counts.forEach((event, count) -> {
            EventCount added = count.since(earlier.count(event));
            if (added.count() != 0 || added.observability() != Observability.EXACT) {
                delta.put(event, added);
            }
        });
        return new LedgerSnapshot(delta);
    }

    /** Returns the sum of both. */
    public LedgerSnapshot plus(LedgerSnapshot other) {
        var sum = new TreeMap<>(counts);
        other.counts.forEach((event, count) -> sum.merge(event, count, EventCount::plus));
        return new LedgerSnapshot(sum);
    }
}

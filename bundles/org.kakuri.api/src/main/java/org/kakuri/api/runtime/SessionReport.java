package org.kakuri.api.runtime;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a session did so far, beside its architectural events; crosses process borders.
 *
 * @param calls the system calls that were seen, by number
 * @param phases where the wall clock went, in ns by phase; the phases exclude each other, so that their sum is the whole
 * @param notes what a reader must know of this run: divergences from what real hardware could do, what was not seen
 * @param refusedReplies replies of whoever executes the guests' calls that code inside did not believe, and that ended it
 */
public record SessionReport(List<Call> calls, SortedMap<String, Long> phases, List<String> notes,
        long refusedReplies) {
    /** Nothing to report. */
    public static final SessionReport EMPTY = ofRefused(0);

    /** Copies the collections. */
    public SessionReport {
        calls = List.copyOf(calls);
        phases = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(phases));
        notes = List.copyOf(notes);
    }

    /** Returns a report of nothing but replies that were not believed. */
    public static SessionReport ofRefused(long replies) {
        return new SessionReport(List.of(), new TreeMap<>(), List.of(), replies);
    }

    /** Returns the sum of the phases in ns. */
    public long wholeNanos() {
        return phases.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * One system call.
     *
     * @param number its number
     * @param name its name
     * @param count how often it was made
     * @param served how often nothing left the instance for it
     * @param forwarded how often it went to the host
     * @param refused how often it failed because the runtime does not offer it
     */
    public record Call(int number, String name, long count, long served, long forwarded, long refused) {}
}

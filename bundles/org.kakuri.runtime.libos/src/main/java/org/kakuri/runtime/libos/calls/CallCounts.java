package org.kakuri.runtime.libos.calls;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.kakuri.api.runtime.SessionReport;

/** How often each system call was made, and what became of it. Any thread may count and read. */
public final class CallCounts {
    private static final int NUMBERS = 513;
    private static final int UNKNOWN = NUMBERS - 1;
    private final AtomicLongArray counts = new AtomicLongArray(NUMBERS * Outcome.values().length);

    /** What became of a call. */
    public enum Outcome {
        /** Served inside: nothing left the instance. */
        SERVED,
        /** Went to the host, by a crossing or through a queue. */
        FORWARDED,
        /** Failed with ENOSYS. */
        REFUSED
    }

    /** Counts a call. */
    public void count(int number, Outcome outcome) {
        int row = number >= 0 && number < UNKNOWN ? number : UNKNOWN;
        counts.incrementAndGet(row * Outcome.values().length + outcome.ordinal());
    }

    /** Returns how many calls there were in all. */
    public long total() {
        long total = 0;
        for (int i = 0; i < counts.length(); i++) {
            total += counts.get(i);
        }
        return total;
    }

    /** Returns how many calls had that outcome. */
    public long total(Outcome outcome) {
        long total = 0;
        for (int i = outcome.ordinal(); i < counts.length(); i += Outcome.values().length) {
            total += counts.get(i);
        }
        return total;
    }

    /** Adds what others counted. */
    public void add(CallCounts other) {
        for (int i = 0; i < counts.length(); i++) {
            counts.addAndGet(i, other.counts.get(i));
        }
    }

    /** Returns a row for each call that was made, by number. */
    public List<SessionReport.Call> rows() {
        List<SessionReport.Call> rows = new ArrayList<>();
        for (int row = 0; row < NUMBERS; row++) {
            int at = row * Outcome.values().length;
            long served = counts.get(at);
            long forwarded = counts.get(at + 1);
            long refused = counts.get(at + 2);
            if (served + forwarded + refused > 0) {
                rows.add(new SessionReport.Call(row == UNKNOWN ? -1 : row,
                        row == UNKNOWN ? "unknown" : SystemCallTable.name(row), served + forwarded + refused, served,
                        forwarded, refused));
            }
        }
        return rows;
    }
}

package org.kakuri.runtime.wasm.internal;

import java.util.TreeMap;
import org.kakuri.api.Observability;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.Ledger;
import org.kakuri.api.tee.LedgerSnapshot;

/**
 * What an instance counted while one guest ran. Exact for a guest that was alone; where others ran at the same time nobody can
 * tell whose events they are, and the counts say so.
 */
final class LedgerSpan {
    private final Ledger ledger;
    private final LedgerSnapshot before;
    private volatile LedgerSnapshot after;
    private volatile boolean shared;

    /** Starts now. */
    LedgerSpan(Ledger ledger) {
        this.ledger = ledger;
        this.before = ledger.snapshot();
    }

    /** Notes that another guest ran at the same time. */
    void share() {
        shared = true;
    }

    /** Ends now. */
    void end() {
        after = ledger.snapshot();
    }

    boolean ended() {
        return after != null;
    }

    /** Returns the counts so far. */
    LedgerSnapshot snapshot() {
        LedgerSnapshot last = after;
        LedgerSnapshot counts = (last == null ? ledger.snapshot() : last).since(before);
        if (!shared) {
            return counts;
        }
        var unknown = new TreeMap<String, EventCount>();
        counts.counts()
                .forEach((event, count) -> unknown.put(event,
                        new EventCount(count.count(), count.bytes(), Observability.UNOBSERVED)));
        return new LedgerSnapshot(unknown);
    }
}

package org.kakuri.comparison;

import java.util.TreeMap;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.LedgerSnapshot;

/**
 * Counts of a run with small instances, as they would be with larger ones: each further page is added, measured in 16 pieces of 256
 * bytes and removed once, in each instance that was created. Nothing else depends on the size, as long as it fits the page cache.
 * So large sizes need not be run, which takes minutes. Instances that outlive the run are removed, too: each page, and the SECS.
 */
public final class Projection {
    private static final long PAGE = 4096;
    private static final int PIECES = 16;

    private Projection() {}

    /**
     * Returns the counts of larger instances, to their end.
     *
     * @param counted of instances of the size that was run
     * @param more bytes that each has more, negative for less
     */
    public static LedgerSnapshot of(LedgerSnapshot counted, long more) {
        EventCount created = counted.count("ECREATE");
        long pages = created.count() * (more / PAGE);
        var counts = new TreeMap<>(counted.counts());
        add(counts, "EADD", pages);
        add(counts, "EEXTEND", pages * PIECES);
        if (created.count() > 0) {
            EventCount all = counts.get("EADD").plus(counted.count("EAUG")).plus(created);
            counts.put("EREMOVE", new EventCount(all.count(), 0, all.observability()));
        }
        return new LedgerSnapshot(counts);
    }

    private static void add(TreeMap<String, EventCount> counts, String event, long more) {
        counts.computeIfPresent(event, (_, count) -> count.plus(new EventCount(more, 0, count.observability())));
    }
}

package org.kakuri.comparison;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Observability;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.LedgerSnapshot;

/** Counts of instances of other sizes. */
@Timeout(10)
class ProjectionTest {
    private static LedgerSnapshot counts(Map<String, Long> counts) {
        var events = new TreeMap<String, EventCount>();
        counts.forEach((event, count) -> events.put(event, new EventCount(count, 0, Observability.EXACT)));
        return new LedgerSnapshot(events);
    }

    @Test
    void addsPagesOfEachInstance() {
        var small = counts(Map.of("ECREATE", 2L, "EADD", 100L, "EEXTEND", 1600L, "EREMOVE", 102L, "EENTER", 7L));

        var large = Projection.of(small, 8192);

        assertEquals(counts(Map.of("ECREATE", 2L, "EADD", 104L, "EEXTEND", 1664L, "EREMOVE", 106L, "EENTER", 7L)),
                large);
        assertEquals(small, Projection.of(large, -8192));
    }

    @Test
    void removesWhatOutlivesTheRun() {
        var alive = counts(Map.of("ECREATE", 1L, "EADD", 16408L, "EEXTEND", 262528L));

        assertEquals(16409, Projection.of(alive, 0).count("EREMOVE").count());
    }

    @Test
    void leavesOtherEventsAlone() {
        var others = counts(Map.of("SMC", 3L));

        assertEquals(others, Projection.of(others, 1 << 20));
    }
}

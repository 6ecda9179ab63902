package org.kakuri.api.tee;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kakuri.api.Observability;

class CostProfileTest {
    private static final Price SMC = new Price(600, 0, 520, 720, "a document, section 1", true, "");
    private static final Price COPY = new Price(100, 0.5, 100, 100, "a document, section 2", true, "");
    private final CostProfile profile = new CostProfile("board", "a board", "A57 at 900 MHz", Machine.ARM,
            Map.of("SMC", SMC, "COPY", COPY));

    private static LedgerSnapshot counts(Object... eventCountBytes) {
        var map = new java.util.HashMap<String, EventCount>();
        for (int i = 0; i < eventCountBytes.length; i += 3) {
            map.put((String) eventCountBytes[i], new EventCount((Integer) eventCountBytes[i + 1],
                    (Integer) eventCountBytes[i + 2], Observability.EXACT));
        }
        return LedgerSnapshot.of(map);
    }

    @Test
    void chargesEventsAndBytes() {
        assertEquals("1250 ns", profile.charge(counts("SMC", 2, 0, "COPY", 0, 100)).toString());
    }

    @Test
    void isALowerBoundOnceAnEventHasNoPrice() {
        assertEquals("≥ 600 ns", profile.charge(counts("SMC", 1, 0, "SHM_REGISTER", 1, 4096)).toString());
    }

    @Test
    void isALowerBoundOnceACountIsNotExact() {
        var seen = LedgerSnapshot.of(Map.of("SMC", new EventCount(1, 0, Observability.LOWER_BOUND)));

        assertEquals("≥ 600 ns", profile.charge(seen).toString());
    }

    @Test
    void anUnsetEventThatDidNotOccurCostsNothing() {
        assertEquals("0 ns", profile.charge(counts("SHM_REGISTER", 0, 0)).toString());
    }

    @Test
    void refusesAPriceWithoutCitation() {
        assertThrows(IllegalArgumentException.class, () -> new Price(1, 0, 1, 1, " ", false, ""));
    }

    @Test
    void differencesKeepTheWeakerObservability() {
        var before = LedgerSnapshot.of(Map.of("SMC", new EventCount(3, 0, Observability.EXACT)));
        var after = LedgerSnapshot.of(Map.of("SMC", new EventCount(10, 0, Observability.SAMPLED), "RPC_EXIT",
                new EventCount(1, 0, Observability.EXACT)));

        LedgerSnapshot delta = after.since(before);

        assertEquals(new EventCount(7, 0, Observability.SAMPLED), delta.count("SMC"));
        assertEquals(1, delta.count("RPC_EXIT").count());
        assertEquals(new EventCount(0, 0, Observability.EXACT), delta.count("never"));
    }
}

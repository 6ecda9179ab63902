package org.kakuri.system.swap.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Gone;

@Timeout(10)
class TallyTest {
    private final Tally tally = new Tally();

    private String doneOnce() {
        String token = tally.begin();
        tally.effect(token);
        tally.done(token);
        return token;
    }

    @Test
    void countsCallsWithOneEffect() {
        doneOnce();
        doneOnce();

        assertEquals(new Tally.Count(2, 0, 0, List.of()), tally.settle());
        assertEquals(new Tally.Count(2, 0, 0, List.of()), tally.settle());
    }

    @Test
    void findsTheOneCallThatWasReportedDoneAndHadNoEffect() {
        doneOnce();
        String lost = tally.begin();
        tally.done(lost);
        doneOnce();

        assertEquals(new Tally.Count(2, 1, 0,
                List.of("call 0000000000000001 was reported done and had no effect")), tally.settle());
    }

    @Test
    void findsTheOneCallThatHadItsEffectTwice() {
        String twice = doneOnce();
        tally.effect(twice);
        doneOnce();

        assertEquals(new Tally.Count(1, 0, 1, List.of("call 0000000000000000 had its effect 2 times")),
                tally.settle());
    }

    @Test
    void findsAnEffectThatComesAfterItsCallWasSettled() {
        String early = doneOnce();
        tally.settle();
        tally.effect(early);

        assertEquals(new Tally.Count(1, 0, 1,
                List.of("an effect of call 0000000000000000, which was settled before")), tally.settle());
    }

    @Test
    void countsACallThatFailedAsLostEvenIfItHadItsEffect() {
        String failed = tally.begin();
        tally.effect(failed);
        tally.failed(failed, new Gone("the session is gone", "", true));

        assertEquals(new Tally.Count(0, 1, 0,
                List.of("call 0000000000000000 failed: org.kakuri.api.Gone: the session is gone")), tally.settle());
    }

    @Test
    void leavesCallsThatAreUnderWayAlone() {
        String underWay = tally.begin();

        assertEquals(new Tally.Count(0, 0, 0, List.of()), tally.settle());

        tally.effect(underWay);
        tally.done(underWay);
        assertEquals(1, tally.settle().done());
    }
}

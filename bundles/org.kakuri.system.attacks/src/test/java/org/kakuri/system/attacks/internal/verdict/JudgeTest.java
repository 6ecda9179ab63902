package org.kakuri.system.attacks.internal.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.Range;

@Timeout(10)
class JudgeTest {
    private static final boolean CLAIMED = true;
    private static final boolean UNCLAIMED = false;
    private static final Evidence EVIDENCE = new Evidence(0x1000, "linear memory 1", "0102", "");
    private static final AccessFault FAULT = new AccessFault("tzasc", "a rule", Actor.HOST, new Range(0x1000, 2), false,
            "region=1");
    private static final Attempt LEAK = new Attempt.Succeeded(EVIDENCE, Guard.NONE);
    private static final Attempt CHECKED_LEAK = new Attempt.Succeeded(EVIDENCE, Guard.EVERY_ACCESS);
    private static final Attempt REFUSED = new Attempt.Refused(FAULT, Guard.EVERY_ACCESS);
    private static final Attempt MISSED = new Attempt.Missed("nothing there");
    private static final Control WITHOUT_TZASC = new Control.Succeeded("tzasc", EVIDENCE);
    private static final Control NONE = new Control.NotNeeded();

    private static Verdict judge(boolean claimed, Attempt attempt, Control control) {
        return Judge.judge(Kind.LEAKED, claimed, attempt, control, LEAK);
    }

    @Test
    void callsASuccessOnAnUnprotectedBackendByItsName() {
        assertEquals(new Verdict.Broken(Kind.LEAKED, EVIDENCE), judge(UNCLAIMED, LEAK, NONE));
        assertEquals(new Verdict.Broken(Kind.CORRUPTED, EVIDENCE),
                Judge.judge(Kind.CORRUPTED, UNCLAIMED, LEAK, NONE, LEAK));
        assertEquals("0102 read at 0x1000 (linear memory 1)", judge(UNCLAIMED, LEAK, NONE).why());
    }

    @Test
    void callsASuccessLeakedWhereTheBackendSaysItIsCheckedAndClaimsToStopIt() {
        assertEquals(Kind.LEAKED, judge(CLAIMED, CHECKED_LEAK, NONE).kind());
    }

    @Test
    void callsARefusalBlockedIfTheSameAttackSucceedsWithoutThatChecker() {
        Verdict verdict = judge(CLAIMED, REFUSED, WITHOUT_TZASC);

        assertEquals(new Verdict.Blocked(FAULT, (Control.Succeeded) WITHOUT_TZASC), verdict);
        assertEquals("load of [0x1000, 0x1002) refused by tzasc: region=1", verdict.why());
    }

    @Test
    void callsARefusalInconclusiveIfTheAttackWithoutThatCheckerFails() {
        Verdict verdict = judge(CLAIMED, REFUSED, new Control.Failed("still refused"));

        assertEquals(Kind.INCONCLUSIVE, verdict.kind());
        assertEquals("tzasc refused, but the attack without it did not succeed either: still refused", verdict.why());
    }

    @Test
    void callsARefusalInconclusiveIfTheControlRunSwitchedAnotherCheckerOff() {
        assertEquals("tzasc refused, but the control run switched off gpt",
                judge(CLAIMED, REFUSED, new Control.Succeeded("gpt", EVIDENCE)).why());
    }

    @Test
    void callsARefusalInconclusiveWithoutAControlRun() {
        assertEquals(Kind.INCONCLUSIVE, judge(CLAIMED, REFUSED, NONE).kind());
    }

    @Test
    void callsAFailureThatNobodyCausedInconclusive() {
        assertEquals("nobody refused, and it did not succeed: nothing there", judge(CLAIMED, MISSED, NONE).why());
    }

    @ParameterizedTest
    @EnumSource(value = Guard.class, names = {"NONE", "CALL_BOUNDARY"})
    void callsWhateverHappensNotEnforcedUnderAWeakGuard(Guard guard) {
        Verdict refused = judge(CLAIMED, new Attempt.Refused(FAULT, guard), WITHOUT_TZASC);
        Verdict leaked = judge(CLAIMED, new Attempt.Succeeded(EVIDENCE, guard), NONE);

        assertEquals(new Verdict.NotEnforced(guard, "tzasc refused, but does not see every access"), refused);
        assertEquals(new Verdict.NotEnforced(guard, EVIDENCE.text()), leaked);
    }

    @ParameterizedTest
    @EnumSource(value = Guard.class, names = {"EVERY_ACCESS", "PAGE_FAULT"})
    void callsARefusalBlockedUnderAGuardThatSeesTheAccess(Guard guard) {
        assertEquals(Kind.BLOCKED, judge(CLAIMED, new Attempt.Refused(FAULT, guard), WITHOUT_TZASC).kind());
    }

    @Test
    void callsEverythingInconclusiveWithoutAPositiveControl() {
        for (Attempt attempt : new Attempt[] {LEAK, REFUSED, MISSED}) {
            assertEquals("positive control: the attack fails even where nothing stands in its way: nothing there",
                    Judge.judge(Kind.LEAKED, CLAIMED, attempt, WITHOUT_TZASC, MISSED).why());
            assertEquals(Kind.INCONCLUSIVE,
                    Judge.judge(Kind.LEAKED, CLAIMED, attempt, WITHOUT_TZASC, REFUSED).kind());
        }
    }

    @Test
    void cannotSayBlockedWithoutAFaultAndTheControlRunOfThatChecker() {
        assertThrows(NullPointerException.class, () -> new Verdict.Blocked(null, new Control.Succeeded("x", EVIDENCE)));
        assertThrows(NullPointerException.class, () -> new Verdict.Blocked(FAULT, null));
        assertEquals("the control run switched off gpt, but tzasc refused", assertThrows(
                IllegalArgumentException.class,
                () -> new Verdict.Blocked(FAULT, new Control.Succeeded("gpt", EVIDENCE))).getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Verdict.Broken(Kind.BLOCKED, EVIDENCE));
    }
}

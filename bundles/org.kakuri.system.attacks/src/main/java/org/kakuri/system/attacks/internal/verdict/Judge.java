package org.kakuri.system.attacks.internal.verdict;

import org.kakuri.api.tee.Guard;

/** Concludes. Does not know what was expected. */
public final class Judge {
    private Judge() {}

    /**
     * Judges an attempt.
     *
     * @param success what a success of this attack is called
     * @param claimed whether the backend says that it stops this attack
     * @param attempt how it went
     * @param control how it went without the checker that refused it
     * @param positive how it went on a backend that does not claim to stop it
     */
    public static Verdict judge(Kind success, boolean claimed, Attempt attempt, Control control, Attempt positive) {
        if (!(positive instanceof Attempt.Succeeded)) {
            return new Verdict.Inconclusive("positive control: the attack fails even where nothing stands in its way: "
                    + text(positive));
        }
        return switch (attempt) {
        case Attempt.Succeeded(Evidence evidence, Guard guard) when claimed && weak(guard) ->
            new Verdict.NotEnforced(guard, evidence.text());
        case Attempt.Succeeded(Evidence evidence, Guard _) -> new Verdict.Broken(success, evidence);
        case Attempt.Refused(var fault, Guard guard) when weak(guard) ->
            new Verdict.NotEnforced(guard, fault.checker() + " refused, but does not see every access");
        case Attempt.Refused(var fault, Guard _) -> switch (control) {
        case Control.Succeeded without when without.checker().equals(fault.checker()) ->
            new Verdict.Blocked(fault, without);
        case Control.Succeeded without -> new Verdict.Inconclusive("%s refused, but the control run switched off %s"
                .formatted(fault.checker(), without.checker()));
        case Control.Failed(String why) -> new Verdict.Inconclusive(
                "%s refused, but the attack without it did not succeed either: %s".formatted(fault.checker(), why));
        case Control.NotNeeded _ -> new Verdict.Inconclusive(
                fault.checker() + " refused, but the attack without it was not tried");
        };
        case Attempt.Missed(String why) -> new Verdict.Inconclusive("nobody refused, and it did not succeed: " + why);
        };
    }

    /** Single loads and stores must be seen; a check at page faults sees the first one to each page, which these are. */
    private static boolean weak(Guard guard) {
        return guard == Guard.NONE || guard == Guard.CALL_BOUNDARY;
    }

    private static String text(Attempt attempt) {
        return switch (attempt) {
        case Attempt.Succeeded(Evidence evidence, Guard _) -> evidence.text();
        case Attempt.Refused(var fault, Guard _) -> "refused by " + fault.checker();
        case Attempt.Missed(String why) -> why;
        };
    }
}

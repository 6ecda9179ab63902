package org.kakuri.system.attacks.internal;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.HostAccess;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.system.attacks.internal.verdict.Attempt;
import org.kakuri.system.attacks.internal.verdict.Control;
import org.kakuri.system.attacks.internal.verdict.Evidence;
import org.kakuri.system.attacks.internal.victim.Victim;

/**
 * One attack on one victim: the attempt, and the control run without the checker that refused it.
 *
 * @param attempt how it went where the secret lies
 * @param control how it went without the checker that refused
 * @param work what was done, in one line
 */
record Strike(Attempt attempt, Control control, String work) {
    /**
     * Attacks.
     *
     * @throws org.kakuri.api.Unsupported if the session has no modelled memory
     */
    static Strike at(RuntimeSession session, Victim victim, byte[] secret, Attack attack) {
        Scan scan = Scan.of(session, attack.actor(), secret, Optional.empty());
        Scan last = scan;
        if (scan.found().isEmpty()) {
            for (String checker : scan.refusedBy()) {
                last = withoutOrEmpty(session, secret, attack, checker).orElse(last);
                if (last.found().isPresent()) {
                    return attack.write() ? store(session, victim, secret, attack, last)
                            : refusedLoad(scan, last, checker);
                }
            }
            return notLocated(scan);
        }
        return attack.write() ? store(session, victim, secret, attack, scan)
                : new Strike(new Attempt.Succeeded(scan.found().get().evidence(), scan.found().get().guard()),
                        new Control.NotNeeded(), scan.text());
    }

    private static Optional<Scan> withoutOrEmpty(RuntimeSession session, byte[] secret, Attack attack,
            String checker) {
        try {
            return Optional.of(Scan.of(session, attack.actor(), secret, Optional.of(checker)));
        } catch (UsageError noSwitch) {
            return Optional.empty();
        }
    }

    private static Strike notLocated(Scan scan) {
        if (scan.refusals().isEmpty()) {
            return new Strike(new Attempt.Missed("the secret is in none of the session's memory: " + scan.text()),
                    new Control.NotNeeded(), scan.text());
        }
        Scan.Refusal first = scan.refusals().getFirst();
        return new Strike(new Attempt.Refused(first.fault(), first.guard()),
                new Control.Failed("the secret was not found with any one of %s switched off".formatted(
                        scan.refusedBy())),
                scan.text());
    }

    private static Strike refusedLoad(Scan scan, Scan without, String checker) {
        Evidence evidence = without.found().orElseThrow().evidence();
        String work = scan.text() + "; without " + checker + ": " + without.text();
        Attempt attempt = scan.refusalAt(evidence.physical())
                .<Attempt>map(refusal -> new Attempt.Refused(refusal.fault(), refusal.guard()))
                .orElseGet(() -> new Attempt.Missed("the load of 0x%x, where the secret lies, was not refused"
                        .formatted(evidence.physical())));
        return new Strike(attempt, new Control.Succeeded(checker, evidence), work);
    }

    private static Strike store(RuntimeSession session, Victim victim, byte[] secret, Attack attack, Scan located) {
        Evidence place = located.found().orElseThrow().evidence();
        byte[] other = secret.clone();
        for (int i = 0; i < other.length; i++) {
            other[i] ^= (byte) 0xff;
        }
        HostAccess access = HostAccess.write(place.physical(), other).by(attack.actor());
        HostAccess.Result result = session.touch(access);
        byte[] holds = victim.holds();
        String work = "1 store of %d bytes at 0x%x".formatted(other.length, place.physical());
        return switch (result.outcome()) {
        case Access.Granted _ when Arrays.equals(holds, other) -> new Strike(
                new Attempt.Succeeded(changed(place, secret, holds), result.guard()), new Control.NotNeeded(), work);
        case Access.Granted granted when Arrays.equals(holds, secret) && granted.refusal().isPresent() ->
            refusedStore(session, victim, access, result, granted.refusal().get(), place, secret, work);
        case Access.Granted granted -> new Strike(new Attempt.Missed(
                "the store was granted (%s), but the victim holds %s".formatted(granted.view(), hex(holds))),
                new Control.NotNeeded(), work);
        case AccessFault fault when !Arrays.equals(holds, secret) -> new Strike(new Attempt.Missed(
                "%s refused, but the victim holds %s".formatted(fault.checker(), hex(holds))),
                new Control.NotNeeded(), work);
        case AccessFault fault -> refusedStore(session, victim, access, result, fault, place, secret, work);
        };
    }

    private static Strike refusedStore(RuntimeSession session, Victim victim, HostAccess access,
            HostAccess.Result result, AccessFault fault, Evidence place, byte[] secret, String work) {
        return new Strike(new Attempt.Refused(fault, result.guard()),
                storeWithout(session, victim, access, fault.checker(), place, secret),
                work + "; again without " + fault.checker());
    }

    private static Control storeWithout(RuntimeSession session, Victim victim, HostAccess access, String checker,
            Evidence place, byte[] secret) {
        try {
            HostAccess.Result result = session.touch(access.without(checker));
            byte[] holds = victim.holds();
            return result.outcome() instanceof Access.Granted && !Arrays.equals(holds, secret)
                    ? new Control.Succeeded(checker, changed(place, secret, holds))
                    : new Control.Failed("%s; the victim holds %s".formatted(result.outcome(), hex(holds)));
        } catch (UsageError noSwitch) {
            return new Control.Failed(noSwitch.getMessage());
        }
    }

    private static Evidence changed(Evidence place, byte[] before, byte[] after) {
        return new Evidence(place.physical(), place.where(), hex(after), hex(before));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}

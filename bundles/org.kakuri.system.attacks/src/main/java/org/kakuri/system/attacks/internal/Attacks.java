package org.kakuri.system.attacks.internal;

import java.util.List;
import java.util.Set;
import org.kakuri.api.Nearest;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.SecurityState;
import org.kakuri.system.attacks.internal.Attack.Expectation;
import org.kakuri.system.attacks.internal.verdict.Kind;

/** The attacks there are. */
final class Attacks {
    private static final Actor DEVICE = Actor.device("attacker-dma", SecurityState.NORMAL);
    private static final String TZC = "Arm DDI 0504 (CoreLink TZC-400), region access permissions: a Non-secure ";
    private static final String CLAIM = "the backend says so by its capability; no specification is looked up";
    private static final String NO_CLAIM = "nothing stands between the host and the memory, and the backend claims none";

    static final List<Attack> ALL = List.of(
            new Attack("host-read", "the host reads the memory of an instance",
                    "the host's kernel, on a CPU: loads every page of the instance and looks for 32 bytes it knows",
                    Actor.HOST, false, Capability.CONFIDENTIALITY,
                    expectations(Capability.CONFIDENTIALITY, Kind.LEAKED,
                            TZC + "read of a region that allows Secure reads only is failed with DECERR")),
            new Attack("host-write", "the host changes the memory of an instance",
                    "the host's kernel, on a CPU: stores over a secret whose place it knows",
                    Actor.HOST, true, Capability.INTEGRITY,
                    expectations(Capability.INTEGRITY, Kind.CORRUPTED,
                            TZC + "write to a region that allows Secure writes only is failed with DECERR")),
            new Attack("dma-read", "a device of the host reads the memory of an instance",
                    "a bus master of the host's, identity not listed anywhere: loads every page of the instance",
                    DEVICE, false, Capability.CONFIDENTIALITY,
                    expectations(Capability.CONFIDENTIALITY, Kind.LEAKED,
                            TZC + "access is filtered by NSAID; an identity without nsaid_rd_en may not read")));

    private Attacks() {}

    private static List<Expectation> expectations(Capability aim, Kind success, String twoWorlds) {
        return List.of(
                new Expectation(Set.of(aim, Capability.TWO_WORLDS), Kind.BLOCKED, "tzasc", twoWorlds),
                new Expectation(Set.of(aim), Kind.BLOCKED, "", CLAIM),
                new Expectation(Set.of(), success, "", NO_CLAIM));
    }

    /**
     * Returns an attack.
     *
     * @throws org.kakuri.api.UsageError if there is none of that name
     */
    static Attack named(String id) {
        return ALL.stream()
                .filter(attack -> attack.id().equals(id))
                .findFirst()
                .orElseThrow(() -> Nearest.unknown("attack", id, ALL.stream().map(Attack::id).toList()));
    }
}

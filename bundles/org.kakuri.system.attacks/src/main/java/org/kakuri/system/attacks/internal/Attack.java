package org.kakuri.system.attacks.internal;

import java.util.List;
import java.util.Set;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.Capability;
import org.kakuri.system.attacks.internal.verdict.Kind;

/**
 * An attack as data.
 *
 * @param id unique, lower case
 * @param title one line
 * @param attacker what the attacker is and can do
 * @param actor who the accesses are made as
 * @param write whether it stores; otherwise it loads
 * @param aim what a backend must claim to be expected to stop it
 * @param expectations first match counts; the last one needs nothing
 */
record Attack(String id, String title, String attacker, Actor actor, boolean write, Capability aim,
        List<Expectation> expectations) {
    Attack {
        expectations = List.copyOf(expectations);
        if (expectations.isEmpty() || !expectations.getLast().needs().isEmpty()) {
            throw new IllegalArgumentException("the last expectation must fit every backend: attack=" + id);
        }
    }

    /**
     * What the literature lets one expect; never read by whoever judges.
     *
     * @param needs capabilities of the backends it is about
     * @param verdict the verdict
     * @param checker the checker that must have refused; empty where any may
     * @param basis where that comes from
     */
    record Expectation(Set<Capability> needs, Kind verdict, String checker, String basis) {
        Expectation {
            needs = Set.copyOf(needs);
        }
    }

    /** Returns what a success is called. */
    Kind success() {
        return write ? Kind.CORRUPTED : Kind.LEAKED;
    }

    /** Returns whether the backend says that it stops this. */
    boolean claimedBy(BackendInfo backend) {
        return backend.capabilities().contains(aim);
    }

    /** Returns what is to be expected of a backend. */
    Expectation expected(BackendInfo backend) {
        return expectations.stream()
                .filter(row -> backend.capabilities().containsAll(row.needs()))
                .findFirst()
                .orElseThrow();
    }
}

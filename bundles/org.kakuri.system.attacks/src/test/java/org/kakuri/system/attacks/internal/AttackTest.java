package org.kakuri.system.attacks.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Capability;
import org.kakuri.system.attacks.internal.Attack.Expectation;
import org.kakuri.system.attacks.internal.verdict.Kind;

@Timeout(10)
class AttackTest {
    @Test
    void expectsOfEveryAttackSomethingWithABasisAndOnlyWhatCanBeObserved() {
        for (Attack attack : Attacks.ALL) {
            for (Expectation row : attack.expectations()) {
                assertTrue(row.verdict() == Kind.BLOCKED || row.verdict() == attack.success(), attack.id());
                assertEquals(row.needs().contains(attack.aim()), row.verdict() == Kind.BLOCKED, attack.id());
                assertTrue(row.basis().length() > 20, attack.id());
            }
        }
        assertEquals(Attacks.ALL.size(), Attacks.ALL.stream().map(Attack::id).distinct().count());
    }

    @Test
    void refusesAnAttackThatLeavesSomeBackendWithoutAnExpectation() {
        var row = new Expectation(Set.of(Capability.INTEGRITY), Kind.BLOCKED, "", "a claim");

        assertEquals("the last expectation must fit every backend: attack=x", assertThrows(
                IllegalArgumentException.class,
                () -> new Attack("x", "", "", Actor.HOST, false, Capability.INTEGRITY, List.of(row))).getMessage());
    }
}

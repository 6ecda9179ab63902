package org.kakuri.system.attacks.internal.verdict;

/** What can become of an attack. */
public enum Kind {
    /** The attacker read the secret. */
    LEAKED("LEAKED"),
    /** The attacker changed the secret, and the victim saw it. */
    CORRUPTED("CORRUPTED"),
    /** A checker of the machine refused, and without that one checker the attack succeeds. */
    BLOCKED("BLOCKED"),
    /** Accesses of that kind are not checked as strictly as the attack needs, so nothing was shown about the backend. */
    NOT_ENFORCED("NOT_ENFORCED"),
    /** A control run did not do what it must, so the attempt shows nothing. */
    INCONCLUSIVE("INCONCLUSIVE"),
    /** The attack means nothing here; not judged. */
    NOT_APPLICABLE("N-A");

    private final String text;

    Kind(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}

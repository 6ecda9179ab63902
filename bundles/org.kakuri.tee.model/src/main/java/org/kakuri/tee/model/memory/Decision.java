package org.kakuri.tee.model.memory;

import org.kakuri.api.tee.Access;

/** What a {@link Checker} makes of an access. */
public sealed interface Decision {
    /** The access goes through. */
    Decision PASS = new Pass();

    /**
     * Loads see all ones, stores are dropped (SGX, abort page semantics).
     *
     * @param rule the specification's rule: document, edition, section
     * @param detail the values that decided
     */
    static Decision abortPage(String rule, String detail) {
        return new Substitute(Access.View.ABORT_PAGE, AbortPage.INSTANCE, rule, detail);
    }

    /** The access goes through. */
    record Pass() implements Decision {}

    /**
     * The access faults, as a whole.
     *
     * @param rule the specification's rule: document, edition, section
     * @param detail the values that decided
     */
    record Deny(String rule, String detail) implements Decision {}

    /**
     * The access goes through and touches something else than the plain bytes.
     *
     * @param view what that is called
     * @param by what it is
     * @param rule the specification's rule: document, edition, section
     * @param detail the values that decided
     */
    record Substitute(Access.View view, Substitution by, String rule, String detail) implements Decision {}
}

package org.kakuri.tee.model.memory;

import java.lang.foreign.MemorySegment;
import org.kakuri.api.tee.Access;

/** What a {@link Checker} makes of an access. */
public sealed interface Decision {
    /** The access goes through. */
    Decision PASS = new Pass();

    /** Loads see all ones, stores are dropped (SGX, abort page semantics). */
    Decision ABORT_PAGE = new Substitute(Access.View.ABORT_PAGE, new Substitution() {
        @Override
        public void show(long address, MemorySegment bytes) {
            bytes.fill((byte) 0xff);
        }

        @Override
        public boolean store(long address, MemorySegment bytes) {
            return false;
        }
    });

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
     */
    record Substitute(Access.View view, Substitution by) implements Decision {}
}

package org.kakuri.tee.model.memory;

import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Range;

/**
 * Something on the way to memory that may refuse an access or show something else: TZASC, EPCM, RMP, GPT. Implemented by
 * backends, called by {@link PhysicalSpace} on the accessing thread, under the space's read lock. Thread-safe; quick; without
 * effect.
 */
public interface Checker {
    /** Returns the name, as its switch is spelled; unique on its machine. */
    String name();

    /** Returns when it is asked: lower first; equal ones in the order they were added. */
    default int order() {
        return 0;
    }

    /** Returns whether it checks accesses to that address at all, whatever it then decides. */
    default boolean covers(long address) {
        return true;
    }

    /**
     * Decides an access.
     *
     * @param actor who makes it
     * @param range part of one page of memory
     * @param write whether it is a store
     */
    Decision check(Actor actor, Range range, boolean write);
}

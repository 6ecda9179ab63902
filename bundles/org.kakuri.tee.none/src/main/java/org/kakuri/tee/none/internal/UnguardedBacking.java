package org.kakuri.tee.none.internal;

import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.ForwardingBacking;
import org.kakuri.api.tee.Guard;

/** The bytes that were handed over, with the admission that nobody checks accesses to them. */
record UnguardedBacking(Backing bytesOf) implements ForwardingBacking {
    @Override
    public Guard guard(Actor actor) {
        return Guard.NONE;
    }

    @Override
    public Guard guard(Actor actor, long at) {
        return Guard.NONE;
    }
}

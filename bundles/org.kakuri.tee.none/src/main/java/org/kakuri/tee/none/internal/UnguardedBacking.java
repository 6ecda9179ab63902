package org.kakuri.tee.none.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Guard;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;

/** The bytes that were handed over, with the admission that nobody checks accesses to them. */
record UnguardedBacking(Backing bytesOf) implements Backing {
    @Override
    public long bytes() {
        return bytesOf.bytes();
    }

    @Override
    public Guard guard(Actor actor) {
        return Guard.NONE;
    }

    @Override
    public void read(long at, MemorySegment to) {
        bytesOf.read(at, to);
    }

    @Override
    public void write(long at, MemorySegment from) {
        bytesOf.write(at, from);
    }

    @Override
    public void protect(Range range, Perms perms) {
        bytesOf.protect(range, perms);
    }

    @Override
    public void scrub() {
        bytesOf.scrub();
    }

    @Override
    public Optional<MemorySegment> segment() {
        return bytesOf.segment();
    }
}

package org.kakuri.api.tee;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A backing over another one that does everything as that one does, except for what the implementer overrides: usually how it
 * is guarded or scrubbed.
 */
@ConsumerType
public interface ForwardingBacking extends Backing {
    /** Returns the backing that does the work. */
    Backing bytesOf();

    @Override
    default long bytes() {
        return bytesOf().bytes();
    }

    @Override
    default Guard guard(Actor actor) {
        return bytesOf().guard(actor);
    }

    /** Returns the guard of that page of the other backing; overridden together with {@link #guard(Actor)}. */
    @Override
    default Guard guard(Actor actor, long at) {
        return bytesOf().guard(actor, at);
    }

    @Override
    default void read(long at, MemorySegment to) {
        bytesOf().read(at, to);
    }

    @Override
    default void write(long at, MemorySegment from) {
        bytesOf().write(at, from);
    }

    @Override
    default void protect(Range range, Perms perms) {
        bytesOf().protect(range, perms);
    }

    @Override
    default void scrub() {
        bytesOf().scrub();
    }

    @Override
    default Optional<MemorySegment> segment() {
        return bytesOf().segment();
    }
}

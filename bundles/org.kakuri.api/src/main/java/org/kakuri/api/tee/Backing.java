package org.kakuri.api.tee;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Real bytes behind modelled memory: an off-heap segment, another process's memory, a memfd, the RAM file of a virtual
 * machine. Implemented by backends, runtimes and platforms; called by the machine. Thread-safe.
 */
@ConsumerType
public interface Backing {
    /** Returns the size in bytes. */
    long bytes();

    /** Returns how accesses of that actor are checked. */
    Guard guard(Actor actor);

    /**
     * Returns how accesses of that actor to the page at that offset are checked. Default: as everywhere else in the backing.
     *
     * @param at offset in bytes
     */
    default Guard guard(Actor actor, long at) {
        return guard(actor);
    }

    /** Copies bytes out, starting at the offset. */
    void read(long at, MemorySegment to);

    /** Copies bytes in, starting at the offset. */
    void write(long at, MemorySegment from);

    /**
     * Changes what the owner of the bytes may do with them, where the backing can enforce it.
     *
     * @throws org.kakuri.api.Unsupported if it cannot
     */
    void protect(Range range, Perms perms);

    /** Overwrites everything with zeros. Called when the instance is destroyed. */
    void scrub();

    /** Returns the bytes as a segment of this process, where they are one. */
    default Optional<MemorySegment> segment() {
        return Optional.empty();
    }

    /**
     * Returns what stands for the bytes that are in there now: whenever two answers are equal, so were the bytes. Whoever digests the
     * bytes may use what came out the last time instead. Default: empty, they must be read; so it is in {@link ForwardingBacking}, which may
     * change what is read.
     */
    default Optional<Object> content() {
        return Optional.empty();
    }

    /**
     * Returns a backing over a segment of this process. The code inside reaches the segment directly (its own accesses are
     * bounded by the segment, at call boundaries), everybody else only through the machine, which checks every access.
     *
     * @param segment the bytes; stays owned by the caller, who keeps it open until the instance is destroyed
     */
    static Backing of(MemorySegment segment) {
        return new SegmentBacking(segment);
    }
}

package org.kakuri.api.tee;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.kakuri.api.Unsupported;

/** Bytes in a segment of this process. */
record SegmentBacking(MemorySegment whole) implements Backing {

    @Override
    public long bytes() {
        return whole.byteSize();
    }

    @Override
    public Guard guard(Actor actor) {
        return actor.instance() == 0 ? Guard.EVERY_ACCESS : Guard.CALL_BOUNDARY;
    }

    @Override
    public void read(long at, MemorySegment to) {
        MemorySegment.copy(whole, at, to, 0, to.byteSize());
    }

    @Override
    public void write(long at, MemorySegment from) {
        MemorySegment.copy(from, 0, whole, at, from.byteSize());
    }

    @Override
    public void protect(Range range, Perms perms) {
        throw new Unsupported("a segment of this process cannot be protected against its own code: range=" + range,
                "use a backing whose owner is another process");
    }

    @Override
    public void scrub() {
        whole.fill((byte) 0);
    }

    @Override
    public Optional<MemorySegment> segment() {
        return Optional.of(whole);
    }
}

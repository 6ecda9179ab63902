package org.kakuri.tee.model.instance;

import java.util.Optional;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Range;
import org.kakuri.tee.model.memory.PhysicalSpace;
import org.kakuri.tee.model.memory.Region;

/** One region for the whole attachment. */
record PlacedRegion(PhysicalSpace memory, Region region) implements Placed {
    @Override
    public Backing backing() {
        return region.backing();
    }

    @Override
    public Optional<Range> physical(long offset) {
        Range all = region.range();
        return Optional.of(new Range(all.start() + offset, all.bytes() - offset));
    }

    @Override
    public void remove() {
        memory.remove(region);
    }
}

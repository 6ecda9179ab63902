package org.kakuri.tee.model.memory;

import org.kakuri.api.tee.Range;

/**
 * A named part of the physical address space that memory is taken from. A zone inside another one is carved out of it: the
 * outer zone no longer gives those addresses.
 *
 * @param name lower case, unique on its machine
 * @param range whole pages below 2^52, the widest physical address of the architectures modelled
 */
public record Zone(String name, Range range) {
    /** Ordinary memory, which every machine has: 4 GiB from 2 GiB on. */
    public static final Zone RAM = new Zone("ram", new Range(0x8000_0000L, 4L << 30));

    private static final long LIMIT = 1L << 52;

    /** Refuses parts of pages, and addresses that no machine has. */
    public Zone {
        if (range.bytes() == 0 || range.start() % PhysicalSpace.PAGE != 0 || range.bytes() % PhysicalSpace.PAGE != 0
                || range.start() < 0 || range.end() > LIMIT) {
            throw new IllegalArgumentException("not a zone: name=" + name + ", range=" + range
                    + "; zones are whole pages below 2^52");
        }
    }
}

package org.kakuri.api.tee;

import org.osgi.annotation.versioning.ProviderType;

/** Says which pages of a {@link PagedBacking} are there. Made by a backend, called by the backing's owner. Thread-safe. */
@ProviderType
public interface PageSupply {
    /** Where a page that was touched came from. */
    enum Arrival {
        /** It was never there, or was released: its owner fills it with zeros. */
        NEW,
        /** It was evicted and has been written again. */
        BACK,
        /** It is there. */
        THERE
    }

    /**
     * A page was touched that is not there. Others may be evicted for it, also of other instances.
     *
     * @param at offset in the backing
     *
     * @throws org.kakuri.api.Unsupported if there is no memory for it, and none can be made
     */
    Arrival touched(long at);

    /** Pages were given back, wherever they are: their bytes do not matter any more. */
    void released(Range range);
}

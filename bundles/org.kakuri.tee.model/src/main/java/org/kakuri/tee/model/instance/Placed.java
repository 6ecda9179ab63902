package org.kakuri.tee.model.instance;

import java.util.Optional;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Range;

/**
 * Where the bytes of an attachment lie in the physical address space. Made by {@link InstanceRules#place}; not
 * necessarily in one piece, nor all there at any time. Thread-safe.
 */
public interface Placed {
    /** Returns the bytes, by their offset in the attachment. */
    Backing backing();

    /**
     * Returns the physical addresses from an offset on, as far as they follow each other.
     *
     * @param offset in bytes from the start of the attachment
     *
     * @return empty if the page at that offset is not in memory now
     */
    Optional<Range> physical(long offset);

    /** Frees the addresses; does not scrub. Idempotent. Must not throw. */
    void remove();
}

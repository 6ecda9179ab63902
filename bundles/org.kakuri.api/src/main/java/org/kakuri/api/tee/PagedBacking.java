package org.kakuri.api.tee;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Memory of something that runs, of which single pages can be taken away and brought back, because whoever owns it sees each
 * touch of a page that is not there and tells {@link PageSupply} of it. At first no page is there. Implemented by runtimes;
 * called by backends that page ({@link DemandPaging}), for pages that they made present only. Thread-safe.
 */
@ConsumerType
public interface PagedBacking extends Backing {
    /** From now on nobody changes these pages, until they are discarded: who tries waits. */
    void block(Range range);

    /**
     * These pages are not there any more. The next touch of one of them waits until {@link PageSupply#touched} has returned, and
     * for a page that comes back {@link #write} has put its bytes there before.
     */
    void discard(Range range);
}

package org.kakuri.api.tee;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Memory that code inside and the host may both touch at any time: copy a value once, then check it. Closing ends the sharing;
 * later accesses to the segment fail with {@link IllegalStateException}.
 */
@ConsumerType
public interface SharedMemory extends AutoCloseable {
    /** Returns the bytes, usable from any thread. */
    MemorySegment segment();

    /** Returns the descriptor of the memory file, valid in this process until close; stays owned by this object. */
    int descriptor();

    /** Returns the physical range. */
    Range physical();

    /** Ends the sharing. Idempotent. */
    @Override
    void close();
}

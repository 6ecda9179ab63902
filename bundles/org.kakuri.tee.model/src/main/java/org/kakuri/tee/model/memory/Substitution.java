package org.kakuri.tee.model.memory;

import java.lang.foreign.MemorySegment;

/** What an actor sees and stores in place of the plain bytes. Works on private copies; thread-safe. */
public interface Substitution {
    /**
     * Returns the granule that is transformed as a whole, in bytes: a power of two up to a page, for example 16 for AES. The
     * segments handed over are made of whole granules.
     */
    default int granule() {
        return 1;
    }

    /**
     * Turns the bytes in memory into what is seen.
     *
     * @param address physical address of the first byte
     * @param bytes a copy, changed in place
     */
    void show(long address, MemorySegment bytes);

    /**
     * Turns what was stored into the bytes that reach memory.
     *
     * @param address physical address of the first byte
     * @param bytes a copy, changed in place
     * @return false if the store is dropped
     */
    boolean store(long address, MemorySegment bytes);
}

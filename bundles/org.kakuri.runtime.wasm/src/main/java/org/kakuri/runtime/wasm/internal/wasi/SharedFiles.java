package org.kakuri.runtime.wasm.internal.wasi;

import org.kakuri.platform.linux.posix.PosixCalls;

/** Puts files that live in memory into a guest's linear memory. Used by the guest's thread. */
public interface SharedFiles {
    /**
     * Maps.
     *
     * @param owner who executes calls on the descriptor
     * @param number the descriptor there
     * @param fileOffset first byte, a multiple of the page
     * @param at where in linear memory, a multiple of the page
     * @param bytes how many, a multiple of the page
     * @return 0 or {@code -errno}
     */
    int map(PosixCalls owner, int number, long fileOffset, long at, long bytes);

    /** Ends exactly one mapping: 0 or {@code -errno}. The memory is zero afterwards. */
    int unmap(long at, long bytes);
}

package org.kakuri.api.gp;

import java.util.Objects;
import org.kakuri.api.tee.SharedMemory;

/**
 * A TEEC_SharedMemory: memory that a client shares with trusted applications until it is closed.
 *
 * @param memory the bytes; owned by the block
 * @param bytes how many of them were asked for; the memory itself is whole pages
 * @param input whether data may go to the applications (TEEC_MEM_INPUT)
 * @param output whether data may come from them (TEEC_MEM_OUTPUT)
 */
public record SharedBlock(SharedMemory memory, long bytes, boolean input, boolean output) implements AutoCloseable {
    /** Refuses a block that is for no direction, or has no bytes. */
    public SharedBlock {
        Objects.requireNonNull(memory);
        if (!input && !output) {
            throw new IllegalArgumentException("shared memory for neither input nor output");
        }
        if (bytes <= 0 || bytes > memory.segment().byteSize()) {
            throw new IllegalArgumentException(
                    "bytes=%d of shared memory of %d".formatted(bytes, memory.segment().byteSize()));
        }
    }

    /** TEEC_ReleaseSharedMemory. Idempotent. */
    @Override
    public void close() {
        memory.close();
    }
}

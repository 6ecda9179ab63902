package org.kakuri.platform.vm.internal.kernel;

/**
 * A number in a structure.
 *
 * @param offset bytes from its start
 * @param width bytes: 1, 2, 4 or 8
 */
public record Field(int offset, int width) {

    /** Reads it, without sign. */
    public long get(KernelMemory memory, long structure) {
        long at = structure + offset;
        return switch (width) {
        case 8 -> memory.u64(at);
        case 4 -> memory.s32(at) & 0xffffffffL;
        case 2 -> memory.u16(at);
        default -> memory.u8(at);
        };
    }

    /** Reads it as a number of at most 32 bits, with sign where it has 32. */
    public int integer(KernelMemory memory, long structure) {
        return (int) get(memory, structure);
    }
}

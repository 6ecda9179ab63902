package org.kakuri.runtime.wasm.internal.memory;

import run.endive.runtime.WasmRuntimeException;

/** An access outside a guest's linear memory: a trap, or EFAULT where a WASI call was given the address. */
public final class OutOfBounds extends WasmRuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * @param address first address of the access, unsigned
     * @param bytes its length
     * @param size size of the memory
     */
    public OutOfBounds(int address, long bytes, long size) {
        super("out of bounds memory access: address=%s, bytes=%d, memory=%d".formatted(
                Integer.toUnsignedString(address), bytes, size));
    }
}

package org.kakuri.tee.model.memory;

import java.lang.foreign.MemorySegment;

/** All ones, and no stores. */
enum AbortPage implements Substitution {
    INSTANCE;

    @Override
    public void show(long address, MemorySegment bytes) {
        bytes.fill((byte) 0xff);
    }

    @Override
    public boolean store(long address, MemorySegment bytes) {
        return false;
    }
}

package org.kakuri.platform.linux.ring;

import java.lang.foreign.MemorySegment;

/** Takes one message out of a ring. */
@FunctionalInterface
public interface MessageHandler {

    /**
     * Called once per message, in order.
     *
     * @param type   not negative
     * @param data   the ring's data area; a hostile producer can change it meanwhile: copy, then check
     * @param offset where the message begins
     * @param length its bytes; checked to lie within {@code data}
     */
    void onMessage(int type, MemorySegment data, long offset, long length);
}

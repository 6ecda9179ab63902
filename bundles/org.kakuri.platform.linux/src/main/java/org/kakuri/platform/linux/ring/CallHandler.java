package org.kakuri.platform.linux.ring;

import java.lang.foreign.MemorySegment;

/** What a server does with one request. */
@FunctionalInterface
public interface CallHandler {

    /**
     * Executes one request.
     *
     * @param operation which
     * @param arguments copies of the six arguments; valid during the call
     * @param length    request bytes at the start of {@code data}, 0 to its size
     * @param data      the data area, which a hostile client can change meanwhile
     * @return not negative, or {@code -errno}
     */
    long handle(int operation, long[] arguments, long length, MemorySegment data);
}

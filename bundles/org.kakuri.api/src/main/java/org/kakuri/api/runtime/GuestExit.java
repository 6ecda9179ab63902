package org.kakuri.api.runtime;

import java.util.OptionalInt;

/**
 * How a guest process ended.
 *
 * @param status exit status of a process that returned or called exit; empty if it did not
 * @param reason why it ended otherwise: a trap, a kill, a signal; empty if it returned
 * @param cpuNanos CPU time of its threads in ns
 * @param peakMemory most memory it had, in bytes; 0 if that cannot be told
 */
public record GuestExit(OptionalInt status, String reason, long cpuNanos, long peakMemory) {
    /** Returns whether it returned 0. */
    public boolean success() {
        return status.isPresent() && status.getAsInt() == 0;
    }

    /** Returns the status as a shell reports it; 125 for a guest that did not return. */
    public int shellStatus() {
        return status.orElse(125);
    }
}

package org.kakuri.api.runtime;

import java.util.List;

/**
 * Whether every bundle that declares a backend or a runtime provides it.
 *
 * @param waitingFor for each that is missing, its bundle and why, as far as that can be told; empty if ready
 */
public record Readiness(List<String> waitingFor) {

    /** Copies the list. */
    public Readiness {
        waitingFor = List.copyOf(waitingFor);
    }

    /** Returns whether nothing is missing. */
    public boolean ready() {
        return waitingFor.isEmpty();
    }
}

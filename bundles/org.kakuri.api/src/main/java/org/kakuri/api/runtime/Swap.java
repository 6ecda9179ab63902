package org.kakuri.api.runtime;

import java.time.Duration;

/**
 * A swap while everything runs: new leases of one provider go to another, live sessions drain.
 *
 * @param kind what is swapped
 * @param from name that is left
 * @param to name that takes over
 * @param drain how long live sessions may go on; those that are left then end with {@link org.kakuri.api.Gone}
 */
public record Swap(Kind kind, String from, String to, Duration drain) {

    /** What is swapped. */
    public enum Kind {
        /** A TEE backend. */
        BACKEND,
        /** An isolation runtime. */
        RUNTIME;

        /** Returns the kind as messages spell it. */
        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}

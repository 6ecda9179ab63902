package org.kakuri.system.attacks.internal.verdict;

import java.util.Objects;

/** How the same attack went with one checker switched off. */
public sealed interface Control {
    /**
     * It succeeded, so that one checker is what stands in its way.
     *
     * @param checker the checker
     * @param evidence what the attack can show
     */
    record Succeeded(String checker, Evidence evidence) implements Control {
        /** Refuses a success that shows nothing. */
        public Succeeded {
            Objects.requireNonNull(checker);
            Objects.requireNonNull(evidence);
        }
    }

    /**
     * It did not succeed, or could not be made.
     *
     * @param why what was seen
     */
    record Failed(String why) implements Control {}

    /** There was nothing to switch off. */
    record NotNeeded() implements Control {}
}

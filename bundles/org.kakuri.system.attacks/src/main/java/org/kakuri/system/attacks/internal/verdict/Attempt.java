package org.kakuri.system.attacks.internal.verdict;

import java.util.Objects;
import java.util.Optional;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Guard;

/** How an attack went where the secret lies. */
public sealed interface Attempt {
    /** Returns how the access was checked; empty where no single access can be named. */
    default Optional<Guard> checkedAt() {
        return switch (this) {
        case Succeeded(var _, Guard guard) -> Optional.of(guard);
        case Refused(var _, Guard guard) -> Optional.of(guard);
        case Missed _ -> Optional.empty();
        };
    }

    /**
     * It succeeded.
     *
     * @param evidence what it can show
     * @param guard how the access was checked
     */
    record Succeeded(Evidence evidence, Guard guard) implements Attempt {
        /** Refuses a success that shows nothing. */
        public Succeeded {
            Objects.requireNonNull(evidence);
            Objects.requireNonNull(guard);
        }
    }

    /**
     * A checker refused it.
     *
     * @param fault what the checker said
     * @param guard how the access was checked
     */
    record Refused(AccessFault fault, Guard guard) implements Attempt {
        /** Refuses a refusal by nobody. */
        public Refused {
            Objects.requireNonNull(fault);
            Objects.requireNonNull(guard);
        }
    }

    /**
     * Nobody refused it, and it had no effect; or it could not be told where the secret lies.
     *
     * @param why what was seen
     */
    record Missed(String why) implements Attempt {}
}

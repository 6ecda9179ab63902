package org.kakuri.api.tee;

import java.util.Optional;

/** The outcome of an access to physical memory: a value, because a fault is what an attack expects. */
public sealed interface Access permits Access.Granted, AccessFault {

    /**
     * The access went through.
     *
     * @param view what the actor got to see
     * @param instead where that is not the real bytes, the refusal that made it so: the checker that substituted, its rule and
     *            the first part of the access it did so for; null where the bytes are the real ones, or nobody knows
     */
    record Granted(View view, AccessFault instead) implements Access {
        /** The access went through, with the real bytes. */
        public static final Granted PLAIN = new Granted(View.PLAIN);

        /** The access went through, and nothing is known of a substitution. */
        public Granted(View view) {
            this(view, null);
        }
    }

    /** Returns the refusal of a checker, whether it made the access fault or showed something else; empty if there was none. */
    default Optional<AccessFault> refusal() {
        return switch (this) {
        case AccessFault fault -> Optional.of(fault);
        case Granted granted -> Optional.ofNullable(granted.instead());
        };
    }

    /** What a granted access saw. */
    enum View {
        /** The real bytes. */
        PLAIN,
        /** All ones instead of the bytes; writes are dropped (SGX, abort page semantics). */
        ABORT_PAGE,
        /** The bytes as the memory controller stores them (SEV). */
        CIPHERTEXT
    }
}

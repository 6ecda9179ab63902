package org.kakuri.api.tee;

/** The outcome of an access to physical memory: a value, because a fault is what an attack expects. */
public sealed interface Access permits Access.Granted, AccessFault {

    /**
     * The access went through.
     *
     * @param view what the actor got to see
     */
    record Granted(View view) implements Access {
        /** The access went through, with the real bytes. */
        public static final Granted PLAIN = new Granted(View.PLAIN);
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

package org.kakuri.tck;

/** A check does not apply or cannot be made here, for the reason in the message. */
public final class Skipped extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * @param reason why
     */
    public Skipped(String reason) {
        super(reason, null, false, false);
    }
}

package org.kakuri.tck.internal;

/** A broken rule, with the values that show it. */
public final class Finding extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * @param message what was found
     */
    public Finding(String message) {
        super(message);
    }
}

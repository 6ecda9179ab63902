package org.kakuri.api;

/**
 * What a handle referred to is no longer there: its bundle was stopped, its process died, its lease was revoked. The typed
 * answer to every call that comes too late.
 */
public class Gone extends KakuriException {
    private static final long serialVersionUID = 1;

    private final boolean mayHaveExecuted;

    /**
     * @param message what is gone, and why
     * @param remedy what to do next; may be empty
     * @param mayHaveExecuted false only if the call certainly had no effect, so that it may be repeated
     */
    public Gone(String message, String remedy, boolean mayHaveExecuted) {
        this(message, remedy, mayHaveExecuted, null);
    }

    /**
     * @param message what is gone, and why
     * @param remedy what to do next; may be empty
     * @param mayHaveExecuted false only if the call certainly had no effect, so that it may be repeated
     * @param cause the underlying failure, or null
     */
    public Gone(String message, String remedy, boolean mayHaveExecuted, Throwable cause) {
        super(message, remedy, cause);
        this.mayHaveExecuted = mayHaveExecuted;
    }

    /** Returns whether the call may have taken effect before its target went. Only if false may it be repeated blindly. */
    public boolean mayHaveExecuted() {
        return mayHaveExecuted;
    }
}

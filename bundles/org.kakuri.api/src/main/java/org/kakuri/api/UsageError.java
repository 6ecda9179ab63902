package org.kakuri.api;

/** A command or an experiment was called with arguments that make no sense; one-shot commands then exit with 2. */
public class UsageError extends KakuriException {
    private static final long serialVersionUID = 1;

    /**
     * @param message what failed, with values
     * @param remedy what to do next; may be empty
     */
    public UsageError(String message, String remedy) {
        super(message, remedy);
    }

    /**
     * @param message what failed, with values
     * @param remedy what to do next; may be empty
     * @param cause the underlying failure
     */
    public UsageError(String message, String remedy, Throwable cause) {
        super(message, remedy, cause);
    }
}

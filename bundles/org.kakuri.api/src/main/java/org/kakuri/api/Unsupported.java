package org.kakuri.api;

/** The backend, runtime or machine lacks something that was asked for; the message names what is missing. Thrown before any
 * work is done. */
public class Unsupported extends KakuriException {
    private static final long serialVersionUID = 1;

    /**
     * @param message what failed, with values
     * @param remedy what to do next; may be empty
     */
    public Unsupported(String message, String remedy) {
        super(message, remedy);
    }

    /**
     * @param message what failed, with values
     * @param remedy what to do next; may be empty
     * @param cause the underlying failure
     */
    public Unsupported(String message, String remedy, Throwable cause) {
        super(message, remedy, cause);
    }
}

package org.kakuri.api;

/** An operation was called in a state that does not allow it, such as {@code attach} after {@code seal}. Nothing was changed. */
public class WrongState extends KakuriException {
    private static final long serialVersionUID = 1;

    /**
     * @param message what failed, with values
     * @param remedy what to do next; may be empty
     */
    public WrongState(String message, String remedy) {
        super(message, remedy);
    }

    /**
     * @param message what failed, with values
     * @param remedy what to do next; may be empty
     * @param cause the underlying failure
     */
    public WrongState(String message, String remedy, Throwable cause) {
        super(message, remedy, cause);
    }
}

package org.kakuri.api;

/** Something outside (an image, a stream, a peer, a guest) broke a rule and was refused; nothing was lost. */
public class Refused extends KakuriException {
    private static final long serialVersionUID = 1;

    /**
     * @param message what failed, with values
     * @param remedy what to do next; may be empty
     */
    public Refused(String message, String remedy) {
        super(message, remedy);
    }

    /**
     * @param message what failed, with values
     * @param remedy what to do next; may be empty
     * @param cause the underlying failure
     */
    public Refused(String message, String remedy, Throwable cause) {
        super(message, remedy, cause);
    }
}

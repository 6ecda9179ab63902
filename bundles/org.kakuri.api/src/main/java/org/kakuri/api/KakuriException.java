package org.kakuri.api;

import java.util.Objects;

/**
 * A failure that a user can act on: the message says what failed and with which values, {@link #remedy()} what to do next.
 * Commands print both on one line.
 */
public class KakuriException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String remedy;

    /**
     * @param message what failed, with values
     * @param remedy what to do next; empty where there is nothing to advise
     */
    public KakuriException(String message, String remedy) {
        this(message, remedy, null);
    }

    /**
     * @param message what failed, with values
     * @param remedy what to do next; empty where there is nothing to advise
     * @param cause the underlying failure, or null
     */
    public KakuriException(String message, String remedy, Throwable cause) {
        super(message, cause);
        this.remedy = Objects.requireNonNull(remedy);
    }

    /** Returns what the user can do, or an empty text. */
    public String remedy() {
        return remedy;
    }
}

package org.kakuri.domain.internal.wire;

/** The peer sent something that no honest one sends; the connection is of no use any more. */
public final class ProtocolViolation extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param message what was wrong with it, with values */
    public ProtocolViolation(String message) {
        super(message);
    }

    /**
     * @param message what was wrong with it, with values
     * @param cause the parser's complaint
     */
    public ProtocolViolation(String message, Throwable cause) {
        super(message, cause);
    }
}

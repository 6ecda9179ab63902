package org.kakuri.api.vm;

/** An address of the guest that leads nowhere. Part of normal work on hostile memory, so it carries no stack trace. */
public class GuestFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * @param message
     *            what was read and where
     */
    public GuestFault(String message) {
        super(message, null, false, false);
    }
}

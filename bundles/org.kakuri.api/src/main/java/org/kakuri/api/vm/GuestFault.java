package org.kakuri.api.vm;

import org.kakuri.api.KakuriException;

/** An address of the guest that leads nowhere. Part of normal work on hostile memory, so it carries no stack trace. */
public class GuestFault extends KakuriException {
    private static final long serialVersionUID = 1;

    /**
     * @param message
     *            what was read and where
     */
    public GuestFault(String message) {
        super(message, "the guest's memory is damaged, or changed while it was read: pause the guest, or try again");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}

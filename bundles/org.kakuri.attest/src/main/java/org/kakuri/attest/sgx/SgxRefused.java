package org.kakuri.attest.sgx;

import org.kakuri.api.Refused;

/** Bytes that are not the structure that was asked for; the message names field, offset and value. */
public final class SgxRefused extends Refused {
    private static final long serialVersionUID = 1;

    /**
     * @param message what is wrong, with values
     */
    public SgxRefused(String message) {
        super(message, "");
    }

    /**
     * @param message what is wrong, with values
     * @param remedy what to do
     */
    public SgxRefused(String message, String remedy) {
        super(message, remedy);
    }
}

package org.kakuri.attest.cose;

import org.kakuri.api.Refused;

/** Bytes that are not the CBOR or COSE that was asked for; the message tells the offset. */
public final class CborRefused extends Refused {
    private static final long serialVersionUID = 1;

    /**
     * @param message what is wrong, with values
     */
    public CborRefused(String message) {
        super(message, "");
    }
}

package org.kakuri.api.tee;

/**
 * Attestation evidence as bytes.
 *
 * @param format media type; a verifier is found by it
 * @param bytes the evidence
 */
public record Evidence(String format, byte[] bytes) {

    /** Copies the bytes. */
    public Evidence {
        bytes = bytes.clone();
    }

    /** Returns a copy of the bytes. */
    @Override
    public byte[] bytes() {
        return bytes.clone();
    }
}

package org.kakuri.api.attest;

import java.util.List;

/**
 * What evidence is held against.
 *
 * @param nonce what must be bound into it
 * @param measurement digest expected of the code, computed from the image
 * @param trustedKeys public keys (X.509 SubjectPublicKeyInfo, DER) or root certificates the verifier trusts
 */
public record ReferenceValues(byte[] nonce, byte[] measurement, List<byte[]> trustedKeys) {

    /** Copies everything. */
    public ReferenceValues {
        nonce = nonce.clone();
        measurement = measurement.clone();
        trustedKeys = trustedKeys.stream().map(byte[]::clone).toList();
    }
}

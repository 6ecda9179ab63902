package org.kakuri.attest.cose;

import java.util.Optional;

/**
 * The signature algorithms that a PSA token may use.
 *
 * @rule RFC 9053, 2.1, table 1 (ECDSA algorithm values); RFC 9783, 5.2 (which ones a receiver must accept)
 */
public enum CoseAlgorithm {
    /** ECDSA with SHA-256, here on P-256. */
    ES256(-7, "SHA256withECDSAinP1363Format", 32, 256),
    /** ECDSA with SHA-384, here on P-384. */
    ES384(-35, "SHA384withECDSAinP1363Format", 48, 384),
    /** ECDSA with SHA-512, here on P-521. */
    ES512(-36, "SHA512withECDSAinP1363Format", 66, 521);

    private final int id;
    private final String jdkName;
    private final int scalarBytes;
    private final int fieldBits;

    CoseAlgorithm(int id, String jdkName, int scalarBytes, int fieldBits) {
        this.id = id;
        this.jdkName = jdkName;
        this.scalarBytes = scalarBytes;
        this.fieldBits = fieldBits;
    }

    /** Returns the value in the registry of COSE algorithms. */
    public int id() {
        return id;
    }

    /** Returns the name by which the JDK's {@link java.security.Signature} knows it; signatures are r followed by s. */
    public String jdkName() {
        return jdkName;
    }

    /** Returns the length of a signature in bytes. */
    public int signatureBytes() {
        return 2 * scalarBytes;
    }

    /** Returns the size of the curve's field in bits. */
    public int fieldBits() {
        return fieldBits;
    }

    /** Returns the algorithm of that number, empty if it is not one of these. */
    public static Optional<CoseAlgorithm> of(long id) {
        for (CoseAlgorithm algorithm : values()) {
            if (algorithm.id == id) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }
}

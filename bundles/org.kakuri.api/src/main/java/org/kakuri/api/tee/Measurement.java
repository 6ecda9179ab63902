package org.kakuri.api.tee;

import java.util.HexFormat;

/**
 * What was loaded, as the architecture digests it.
 *
 * @param register the architecture's name for it: MRENCLAVE, RIM, launch digest, TA digest
 * @param algorithm JDK name of the hash, for example {@code SHA-256}
 * @param digest the value
 */
public record Measurement(String register, String algorithm, byte[] digest) {

    /** Copies the digest. */
    public Measurement {
        digest = digest.clone();
    }

    /** Returns a copy of the value. */
    @Override
    public byte[] digest() {
        return digest.clone();
    }

    /** Returns the value in hexadecimal. */
    public String hex() {
        return HexFormat.of().formatHex(digest);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Measurement m && register.equals(m.register) && algorithm.equals(m.algorithm)
                && java.security.MessageDigest.isEqual(digest, m.digest);
    }

    @Override
    public int hashCode() {
        return java.util.Arrays.hashCode(digest);
    }

    @Override
    public String toString() {
        return register + "=" + hex();
    }
}

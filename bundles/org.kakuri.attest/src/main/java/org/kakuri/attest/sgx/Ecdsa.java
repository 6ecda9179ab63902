package org.kakuri.attest.sgx;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * ECDSA on P-256 with SHA-256, in the two encodings that quotes use. Signatures that were found good are remembered, by the digest
 * of key, message and signature. Thread-safe.
 */
public final class Ecdsa {
    /** Bytes of a key and of a signature, where they are two numbers next to each other. */
    public static final int RAW = 64;
    private static final byte[] SPKI = HexFormat.of()
            .parseHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");
    private static final int REMEMBERED = 512;
    private static final Map<String, Boolean> GOOD = new LinkedHashMap<>();

    private Ecdsa() {}

    /** Signs; the signature is r followed by s. */
    public static byte[] sign(PrivateKey key, byte[] message) {
        return sign("SHA256withECDSAinP1363Format", key, message);
    }

    /** Signs; the signature is a DER sequence. */
    public static byte[] signDer(PrivateKey key, byte[] message) {
        return sign("SHA256withECDSA", key, message);
    }

    private static byte[] sign(String algorithm, PrivateKey key, byte[] message) {
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(message);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key does not sign: " + key.getAlgorithm(), e);
        }
    }

    /** Returns the key whose point is given as x followed by y; empty if it is none. */
    public static Optional<PublicKey> key(byte[] point) {
        byte[] encoded = java.util.Arrays.copyOf(SPKI, SPKI.length + RAW);
        System.arraycopy(point, 0, encoded, SPKI.length, RAW);
        try {
            return Optional.of(KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(encoded)));
        } catch (GeneralSecurityException | RuntimeException _) {
            return Optional.empty();
        }
    }

    /** Returns x followed by y. */
    public static byte[] point(PublicKey key) {
        byte[] encoded = key.getEncoded();
        return java.util.Arrays.copyOfRange(encoded, encoded.length - RAW, encoded.length);
    }

    /** Returns whether the signature, r followed by s, is the key's over the message. */
    static boolean verify(PublicKey key, byte[] message, byte[] signature) {
        return verify("SHA256withECDSAinP1363Format", key, message, signature);
    }

    /** Returns whether the signature, a DER sequence, is the key's over the message. */
    static boolean verifyDer(PublicKey key, byte[] message, byte[] signature) {
        return verify("SHA256withECDSA", key, message, signature);
    }

    private static boolean verify(String algorithm, PublicKey key, byte[] message, byte[] signature) {
        if (!(key instanceof ECPublicKey ec) || ec.getParams().getCurve().getField().getFieldSize() != 256) {
            return false;
        }
        String digest = algorithm.length() + HexFormat.of()
                .formatHex(Hashes.sha256(Hashes.sha256(key.getEncoded()), Hashes.sha256(message), signature));
        synchronized (GOOD) {
            if (GOOD.containsKey(digest)) {
                return true;
            }
        }
        try {
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(key);
            verifier.update(message);
            boolean good = verifier.verify(signature);
            if (good) {
                remember(digest);
            }
            return good;
        } catch (GeneralSecurityException | RuntimeException _) {
            return false;
        }
    }

    private static void remember(String digest) {
        synchronized (GOOD) {
            if (GOOD.size() >= REMEMBERED) {
                GOOD.remove(GOOD.keySet().iterator().next());
            }
            GOOD.put(digest, true);
        }
    }
}

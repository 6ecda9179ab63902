package org.kakuri.attest.internal;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The attestation keys a verifier trusts, found by the instance identity that a token claims.
 *
 * <p>
 * Unclear: RFC 9783, 4.2.1 leaves the derivation of the instance identity to the implementation. This is the one of PSA
 * Certified Attestation API 2.0, table 4 (H(IAK)), with the key as the uncompressed point, as TF-M hashes it.
 */
final class TrustedKeys {
    private final List<byte[]> encoded;

    TrustedKeys(List<byte[]> encoded) {
        this.encoded = encoded;
    }

    int count() {
        return encoded.size();
    }

    /** Returns the key whose identity that is; keys that are no EC keys are passed over. */
    Optional<ECPublicKey> find(byte[] instanceId) {
        for (byte[] der : encoded) {
            try {
                var key = (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der));
                if (MessageDigest.isEqual(instanceId(key), instanceId)) {
                    return Optional.of(key);
                }
            } catch (GeneralSecurityException _) {
                continue;
            }
        }
        return Optional.empty();
    }

    /** Returns 0x01 (RAND) and SHA-256 of the uncompressed point. */
    private static byte[] instanceId(ECPublicKey key) throws GeneralSecurityException {
        byte[] der = key.getEncoded();
        int point = 1 + 2 * ((key.getParams().getCurve().getField().getFieldSize() + 7) / 8);
        byte[] hash = MessageDigest.getInstance("SHA-256")
                .digest(Arrays.copyOfRange(der, der.length - point, der.length));
        byte[] id = new byte[1 + hash.length];
        id[0] = 1;
        System.arraycopy(hash, 0, id, 1, hash.length);
        return id;
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}

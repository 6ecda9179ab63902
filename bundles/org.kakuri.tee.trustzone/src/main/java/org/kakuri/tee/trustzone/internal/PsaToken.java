package org.kakuri.tee.trustzone.internal;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.kakuri.api.tee.Evidence;
import org.kakuri.attest.cose.Cbor;
import org.kakuri.attest.cose.CborWriter;
import org.kakuri.attest.cose.CoseAlgorithm;
import org.kakuri.attest.cose.CoseSign1;

/**
 * Issues PSA attestation tokens.
 *
 * @rule RFC 9783, 4 (claims) and 5.2 (TFM profile: COSE_Sign1 with ES256)
 *
 *       <p>
 *       Divergence: the software components are the trusted application alone, because no firmware is modelled that could be
 *       measured; it carries no signer, because applications are not signed here, and no version. The client is a number
 *       made from the application's UUID. Reports shorter than a nonce may be are
 *       followed by zeros.
 */
final class PsaToken {
    static final String FORMAT = "application/eat+cwt; eat_profile=\"tag:psacertified.org,2023:psa#tfm\"";
    static final int MAX_REPORT = 64;

    private static final int NONCE = 10;
    private static final int UEID = 256;
    private static final int EAT_PROFILE = 265;
    private static final int CLIENT_ID = 2394;
    private static final int LIFECYCLE = 2395;
    private static final int IMPLEMENTATION_ID = 2396;
    private static final int COMPONENTS = 2399;
    private static final int SECURED = 0x3000;
    private static final int POINT_BYTES = 65;
    private static final byte RAND = 1;

    private PsaToken() {}

    /**
     * Issues a token.
     *
     * @param key the machine's initial attestation key
     * @param application who asks
     * @param digest its measurement
     * @param report bound into the token, at most 64 bytes
     */
    static Evidence issue(KeyPair key, UUID application, byte[] digest, byte[] report) {
        if (report.length > MAX_REPORT) {
            throw new IllegalArgumentException("report of %d bytes, at most %d".formatted(report.length, MAX_REPORT));
        }
        Map<Cbor, Cbor> claims = new HashMap<>();
        claims.put(Cbor.of(NONCE), Cbor.of(Arrays.copyOf(report, nonceLength(report.length))));
        claims.put(Cbor.of(UEID), Cbor.of(instanceId(key)));
        claims.put(Cbor.of(EAT_PROFILE), Cbor.of("tag:psacertified.org,2023:psa#tfm"));
        claims.put(Cbor.of(CLIENT_ID), Cbor.of(clientId(application)));
        claims.put(Cbor.of(LIFECYCLE), Cbor.of(SECURED));
        claims.put(Cbor.of(IMPLEMENTATION_ID), Cbor.of(sha256("Kakuri modelled Arm machine, 1".getBytes())));
        claims.put(Cbor.of(COMPONENTS), new Cbor.Array(List.of(component(digest))));
        byte[] payload = CborWriter.write(new Cbor.Table(claims));
        return new Evidence(FORMAT, CoseSign1.sign(payload, CoseAlgorithm.ES256, key.getPrivate()).encode());
    }

    /** Keys: 1 measurement type, 2 value, 6 description. */
    private static Cbor component(byte[] digest) {
        return new Cbor.Table(Map.of(Cbor.of(1), Cbor.of("ARoT"), Cbor.of(2), Cbor.of(digest), Cbor.of(6),
                Cbor.of("sha-256")));
    }

    private static int nonceLength(int report) {
        return report <= 32 ? 32 : report <= 48 ? 48 : 64;
    }

    private static byte[] instanceId(KeyPair key) {
        byte[] der = key.getPublic().getEncoded();
        byte[] hash = sha256(Arrays.copyOfRange(der, der.length - POINT_BYTES, der.length));
        byte[] id = new byte[1 + hash.length];
        id[0] = RAND;
        System.arraycopy(hash, 0, id, 1, hash.length);
        return id;
    }

    /** Returns a positive number, as callers in the secure world have. */
    private static int clientId(UUID application) {
        byte[] hash = sha256(application.toString().getBytes());
        int id = (hash[0] & 0x7f) << 24 | (hash[1] & 0xff) << 16 | (hash[2] & 0xff) << 8 | hash[3] & 0xff;
        return Math.max(1, id);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}

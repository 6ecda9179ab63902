package org.kakuri.attest.sgx;

import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Makes certificates and revocation lists as the ones of SGX are made: X.509 version 3, ECDSA on P-256 with SHA-256.
 *
 * @rule RFC 5280, 4.1, 4.2.1.9 (basic constraints), 4.2.1.3 (key usage), 5.1; Intel SGX PCK Certificate and CRL Profile Specification
 */
public final class Certificates {
    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
    private static final byte[] KEY_CERT_SIGN_CRL_SIGN = {1, 6};
    private static final byte[] DIGITAL_SIGNATURE = {6, (byte) 0xc0};

    private Certificates() {}

    /**
     * Who issues.
     *
     * @param name common name
     * @param key to sign with
     */
    public record Issuer(String name, PrivateKey key) {}

    /**
     * Whom a certificate is about.
     *
     * @param name common name
     * @param key the public key
     * @param serial serial number
     * @param authorities how many authorities may follow below; empty if it is none itself
     * @param sgx value of the SGX extension; empty for authorities
     */
    public record Subject(String name, PublicKey key, long serial, Optional<Integer> authorities,
            Optional<byte[]> sgx) {}

    /**
     * Returns a certificate, in DER.
     *
     * @param organisation of both
     * @param from first moment of validity
     * @param to last moment of validity, before 2050
     */
    public static byte[] issue(Issuer issuer, Subject subject, String organisation, Instant from, Instant to) {
        List<byte[]> extensions = new ArrayList<>();
        extensions.add(Der.sequence(Der.oid("2.5.29.15"), Der.yes(), Der.octets(Der.element(3,
                subject.authorities.isPresent() ? KEY_CERT_SIGN_CRL_SIGN : DIGITAL_SIGNATURE))));
        extensions.add(Der.sequence(Der.oid("2.5.29.19"), Der.yes(), Der.octets(subject.authorities
                .map(below -> Der.sequence(Der.yes(), Der.integer(below)))
                .orElseGet(Der::sequence))));
        subject.sgx.ifPresent(value -> extensions.add(Der.sequence(Der.oid(PckExtension.OID), Der.octets(value))));
        byte[] body = Der.sequence(Der.element(0xa0, Der.integer(2)), Der.integer(subject.serial), ECDSA_WITH_SHA256,
                name(issuer.name, organisation), Der.sequence(Der.time(from), Der.time(to)),
                name(subject.name, organisation), subject.key.getEncoded(),
                Der.element(0xa3, Der.sequence(extensions.toArray(byte[][]::new))));
        return signed(issuer, body);
    }

    /**
     * Returns a revocation list, in DER.
     *
     * @param revoked serial numbers
     */
    public static byte[] revoke(Issuer issuer, String organisation, Instant from, Instant to, long... revoked) {
        byte[][] entries = Arrays.stream(revoked)
                .mapToObj(serial -> Der.sequence(Der.integer(BigInteger.valueOf(serial)), Der.time(from)))
                .toArray(byte[][]::new);
        byte[] list = entries.length == 0 ? new byte[0] : Der.sequence(entries);
        return signed(issuer, Der.sequence(Der.integer(1), ECDSA_WITH_SHA256, name(issuer.name, organisation),
                Der.time(from), Der.time(to), list));
    }

    private static byte[] signed(Issuer issuer, byte[] body) {
        return Der.sequence(body, ECDSA_WITH_SHA256, Der.bits(Ecdsa.signDer(issuer.key, body)));
    }

    private static byte[] name(String common, String organisation) {
        return Der.sequence(Der.set(Der.sequence(Der.oid("2.5.4.3"), Der.text(common))),
                Der.set(Der.sequence(Der.oid("2.5.4.10"), Der.text(organisation))));
    }
}

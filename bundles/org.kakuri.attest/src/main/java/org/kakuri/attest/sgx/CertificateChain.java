package org.kakuri.attest.sgx;

import java.security.PublicKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;

/**
 * Certificates in the order of their issuers, whatever order they came in: from the one that is no authority's up to the one that
 * issued itself.
 *
 * @rule RFC 5280, 6.1 (path validation), as far as these chains need it: names chain, signatures, validity, basic constraints
 */
final class CertificateChain {
    private final List<X509Certificate> ordered;

    private CertificateChain(List<X509Certificate> ordered) {
        this.ordered = ordered;
    }

    /**
     * Orders certificates.
     *
     * @throws SgxRefused if they are not one chain
     */
    static CertificateChain of(List<X509Certificate> certificates) {
        List<X509Certificate> leaves = certificates.stream().filter(one -> one.getBasicConstraints() < 0).toList();
        if (leaves.size() != 1) {
            throw new SgxRefused("%d of %d certificates are no authority's, expected 1".formatted(leaves.size(),
                    certificates.size()));
        }
        List<X509Certificate> ordered = new ArrayList<>(leaves);
        while (!selfIssued(ordered.getLast())) {
            X509Certificate last = ordered.getLast();
            X509Certificate issuer = certificates.stream()
                    .filter(one -> !ordered.contains(one)
                            && one.getSubjectX500Principal().equals(last.getIssuerX500Principal()))
                    .findFirst()
                    .orElseThrow(() -> new SgxRefused("no certificate of the issuer %s".formatted(
                            last.getIssuerX500Principal().getName())));
            ordered.add(issuer);
        }
        if (ordered.size() != certificates.size()) {
            throw new SgxRefused("%d certificates, of which the chain uses %d".formatted(certificates.size(),
                    ordered.size()));
        }
        return new CertificateChain(ordered);
    }

    private static boolean selfIssued(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    X509Certificate leaf() {
        return ordered.getFirst();
    }

    X509Certificate root() {
        return ordered.getLast();
    }

    List<X509Certificate> all() {
        return ordered;
    }

    /** Returns what is wrong with it at that time; empty if nothing is. */
    Optional<String> fault(Instant now) {
        for (int i = 0; i < ordered.size(); i++) {
            X509Certificate one = ordered.get(i);
            X509Certificate issuer = ordered.get(Math.min(i + 1, ordered.size() - 1));
            String name = one.getSubjectX500Principal().getName();
            try {
                if (!Ecdsa.verifyDer(issuer.getPublicKey(), one.getTBSCertificate(), one.getSignature())) {
                    return Optional.of("the signature of %s is not its issuer's".formatted(name));
                }
            } catch (java.security.cert.CertificateException e) {
                return Optional.of("%s: %s".formatted(name, e.getMessage()));
            }
            if (now.isBefore(one.getNotBefore().toInstant()) || now.isAfter(one.getNotAfter().toInstant())) {
                return Optional.of("%s is valid from %s to %s, not at %s".formatted(name,
                        one.getNotBefore().toInstant(), one.getNotAfter().toInstant(), now));
            }
            if (i > 0 && one.getBasicConstraints() < i - 1) {
                return Optional.of("%s allows %d authorities below it, there are %d".formatted(name,
                        one.getBasicConstraints(), i - 1));
            }
        }
        return Optional.empty();
    }

    /** Returns whether the root is one of these: its key as SubjectPublicKeyInfo, or itself, in DER. */
    boolean rootIsAmong(List<byte[]> trusted) {
        byte[] key = root().getPublicKey().getEncoded();
        try {
            byte[] itself = root().getEncoded();
            return trusted.stream().anyMatch(one -> Arrays.equals(one, key) || Arrays.equals(one, itself));
        } catch (java.security.cert.CertificateEncodingException _) {
            return false;
        }
    }

    /** Returns who issued the leaf; the root itself if there is nobody else. */
    X509Certificate leafIssuer() {
        return ordered.get(Math.min(1, ordered.size() - 1));
    }

    /** Returns what is wrong with a revocation list of that issuer, or who of the chain is on it; empty if nothing is. */
    Optional<String> revoked(X509CRL list, X509Certificate issuer, Instant now) {
        if (!issuer.getSubjectX500Principal().equals(list.getIssuerX500Principal())) {
            return Optional.of("the revocation list is of %s, expected %s".formatted(
                    list.getIssuerX500Principal().getName(), issuer.getSubjectX500Principal().getName()));
        }
        PublicKey key = issuer.getPublicKey();
        try {
            if (!Ecdsa.verifyDer(key, list.getTBSCertList(), list.getSignature())) {
                return Optional.of("the signature of the revocation list is not its issuer's");
            }
        } catch (java.security.cert.CRLException e) {
            return Optional.of("revocation list: " + e.getMessage());
        }
        Date next = list.getNextUpdate();
        if (now.isBefore(list.getThisUpdate().toInstant()) || next == null || now.isAfter(next.toInstant())) {
            return Optional.of("the revocation list is of %s, the next of %s, it is %s".formatted(
                    list.getThisUpdate().toInstant(), next == null ? "no time" : next.toInstant(), now));
        }
        return ordered.stream()
                .filter(one -> one.getIssuerX500Principal().equals(list.getIssuerX500Principal())
                        && list.getRevokedCertificate(one.getSerialNumber()) != null)
                .findFirst()
                .map(one -> "revoked: " + one.getSubjectX500Principal().getName() + ", serial number "
                        + one.getSerialNumber().toString(16));
    }
}

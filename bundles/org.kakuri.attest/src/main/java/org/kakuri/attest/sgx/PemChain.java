package org.kakuri.attest.sgx;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Certificates in PEM, one behind the other. The reader is strict, since this part of a quote is not signed: lines are of one length,
 * at most 76, but for a shorter last one; nothing stands between certificates but the end of the line; behind the last there may be
 * zero bytes. Each certificate must be the one DER encoding of itself, signed by ECDSA with SHA-256.
 *
 * @rule RFC 7468, 3 (strict ABNF; lines of up to 76 as some services write them); RFC 5280, 4.1
 */
public final class PemChain {
    private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
    private static final String END = "-----END CERTIFICATE-----";
    private static final int MAX_CERTIFICATES = 8;
    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));

    private PemChain() {}

    /** Returns certificates in PEM, with lines of 64. */
    public static byte[] write(List<byte[]> certificates) {
        var out = new StringBuilder();
        for (byte[] certificate : certificates) {
            out.append(BEGIN)
                    .append('\n')
                    .append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate))
                    .append('\n')
                    .append(END)
                    .append('\n');
        }
        return out.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Reads certificates.
     *
     * @throws SgxRefused if they are not that
     */
    static List<X509Certificate> read(byte[] pem) {
        int end = pem.length;
        while (end > 0 && pem[end - 1] == 0) {
            end--;
        }
        List<String> lines = new ArrayList<>(Arrays.asList(
                new String(pem, 0, end, StandardCharsets.ISO_8859_1).split("\n", -1)));
        if (lines.getLast().isEmpty()) {
            lines.removeLast();
        }
        List<X509Certificate> chain = new ArrayList<>();
        int at = 0;
        while (at < lines.size()) {
            int begin = at;
            while (at < lines.size() && !lines.get(at).equals(END)) {
                at++;
            }
            if (at == lines.size() || !lines.get(begin).equals(BEGIN) || at - begin < 2) {
                throw new SgxRefused("not a PEM certificate from line %d on".formatted(begin + 1));
            }
            if (chain.size() == MAX_CERTIFICATES) {
                throw new SgxRefused("more than %d certificates".formatted(MAX_CERTIFICATES));
            }
            chain.add(certificate(lines.subList(begin + 1, at), chain.size() + 1));
            at++;
        }
        if (chain.isEmpty()) {
            throw new SgxRefused("no certificate in %d bytes".formatted(pem.length));
        }
        return chain;
    }

    private static X509Certificate certificate(List<String> body, int number) {
        int width = body.getFirst().length();
        for (int i = 0; i < body.size(); i++) {
            int length = body.get(i).length();
            if (width > 76 || length == 0 || length > width || i < body.size() - 1 && length != width) {
                throw new SgxRefused("certificate %d: base64 line %d has %d characters".formatted(number, i + 1,
                        length));
            }
        }
        String text = String.join("", body);
        try {
            byte[] der = Base64.getDecoder().decode(text);
            if (!Base64.getEncoder().encodeToString(der).equals(text)) {
                throw new SgxRefused("certificate %d: base64 has bits left over".formatted(number));
            }
            return canonical(der, number);
        } catch (IllegalArgumentException e) {
            throw new SgxRefused("certificate %d: %s".formatted(number, e.getMessage()));
        }
    }

    /** Reads one certificate, and refuses it if it is not the one encoding of what it says. */
    static X509Certificate canonical(byte[] der, int number) {
        X509Certificate certificate;
        byte[] again;
        try {
            certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der));
            again = Der.sequence(certificate.getTBSCertificate(), ECDSA_WITH_SHA256,
                    Der.bits(certificate.getSignature()));
        } catch (CertificateException | RuntimeException e) {
            throw new SgxRefused("certificate %d: %s".formatted(number, e.getMessage()));
        }
        if (!Arrays.equals(der, again)) {
            throw new SgxRefused("certificate %d is not the DER encoding of a certificate signed by ECDSA with SHA-256"
                    .formatted(number));
        }
        return certificate;
    }
}

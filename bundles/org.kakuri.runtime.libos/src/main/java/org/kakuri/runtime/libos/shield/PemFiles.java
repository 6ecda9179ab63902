package org.kakuri.runtime.libos.shield;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.kakuri.api.Refused;

/** Makes TLS contexts of certificates and keys in PEM files (RFC 7468). */
final class PemFiles {
    private static final long MOST_BYTES = 4 << 20;
    private static final Pattern KEY = Pattern
            .compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]*)-----END PRIVATE KEY-----");
    private static final String[] ALGORITHMS = {"EC", "RSA", "EdDSA"};
    private static final char[] NONE = new char[0];

    private PemFiles() {}

    /**
     * Returns what believes servers whose certificate one of these authorities has issued, and nobody else.
     *
     * @throws Refused if the file holds no certificate
     */
    static SSLSocketFactory believing(Path authorities) {
        return context(authorities, store -> {
            int n = 0;
            for (Certificate certificate : certificates(authorities)) {
                store.setCertificateEntry("ca" + n++, certificate);
            }
            var trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        });
    }

    /**
     * Returns what proves itself by a certificate.
     *
     * @param chain the certificate, followed by those that issued it
     * @param key its private key, PKCS #8, not encrypted
     * @throws Refused if one of them is not what it should be
     */
    static SSLSocketFactory proving(Path chain, Path key) {
        return context(chain, store -> {
            store.setKeyEntry("key", key(key), NONE, certificates(chain).toArray(Certificate[]::new));
            var keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(store, NONE);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        });
    }

    private interface Making {
        SSLContext of(KeyStore store) throws GeneralSecurityException, IOException;
    }

    private static SSLSocketFactory context(Path file, Making making) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return making.of(store).getSocketFactory();
        } catch (GeneralSecurityException | IOException e) {
            throw new Refused("%s cannot be used for TLS: %s".formatted(file, e.getMessage()),
                    "give PEM files: certificates, and a key as PKCS #8 without a password", e);
        }
    }

    private static Collection<? extends Certificate> certificates(Path file)
            throws IOException, GeneralSecurityException {
        var found = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(bytes(file)));
        if (found.isEmpty()) {
            throw new Refused(file + " holds no certificate", "give a PEM file of X.509 certificates");
        }
        return found;
    }

    private static PrivateKey key(Path file) throws IOException {
        var block = KEY.matcher(new String(bytes(file), StandardCharsets.US_ASCII));
        if (!block.find()) {
            throw new Refused(file + " holds no private key in PKCS #8 (BEGIN PRIVATE KEY)",
                    "convert it: openssl pkcs8 -topk8 -nocrypt");
        }
        byte[] encoded = Base64.getMimeDecoder().decode(block.group(1));
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
            } catch (GeneralSecurityException _) { // a key of another algorithm
                continue;
            }
        }
        throw new Refused(file + " holds a private key that is none of EC, RSA, EdDSA", "make one of those");
    }

    private static byte[] bytes(Path file) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) > MOST_BYTES) {
            throw new IOException("no such file, or more than %d bytes".formatted(MOST_BYTES));
        }
        return Files.readAllBytes(file);
    }
}

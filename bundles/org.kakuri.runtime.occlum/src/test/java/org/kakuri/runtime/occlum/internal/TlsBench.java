package org.kakuri.runtime.occlum.internal;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Assumptions;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.Spawn;

/** A certificate that openssl(1) has made, which has issued itself, and JDK peers that have or believe it. */
record TlsBench(Path certificate, Path key) {
    /** Makes one for a host name; skips the test where openssl is missing. */
    static TlsBench of(Path folder, String name, String host) {
        Path openssl = Path.of("/usr/bin/openssl");
        Assumptions.assumeTrue(Files.isExecutable(openssl), "openssl is not installed");
        var made = new TlsBench(folder.resolve(name + ".pem"), folder.resolve(name + ".key"));
        try (ChildProcess run = Spawn.program(openssl)
                .arguments("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                        "2",
                        "-subj", "/CN=Kakuri test", "-addext", "subjectAltName=DNS:" + host, "-keyout",
                        made.key.toString(), "-out", made.certificate.toString())
                .environment(Map.of("PATH", "/usr/bin:/bin", "HOME", folder.toString()))
                .newProcessGroup()
                .start()) {
            if (!run.waitFor(Duration.ofSeconds(20)).orElseThrow().success()) {
                throw new AssertionError("openssl failed");
            }
        }
        return made;
    }

    /** Returns a context that has the key, and believes the certificate. */
    SSLContext context() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        Certificate[] chain = {issued()};
        String pem = Files.readString(key, StandardCharsets.US_ASCII).replaceAll("-----[A-Z ]*-----|\\s", "");
        store.setKeyEntry("key", KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem))), new char[0], chain);
        store.setCertificateEntry("ca", chain[0]);
        var keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, new char[0]);
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private Certificate issued() throws Exception {
        try (var in = Files.newInputStream(certificate)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    static InetAddress here() {
        try {
            return InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1});
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

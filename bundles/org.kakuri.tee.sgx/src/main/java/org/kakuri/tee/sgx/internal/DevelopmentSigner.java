package org.kakuri.tee.sgx.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.kakuri.attest.sgx.SgxRefused;
import org.kakuri.attest.sgx.SigStruct;

/**
 * Signs enclaves that come without a SIGSTRUCT, with a key that everybody has: it lies in this bundle. What it signs is the same
 * signer's on every machine, and means nothing.
 */
final class DevelopmentSigner {
    private static final int REMEMBERED = 64;
    private static final PrivateKey KEY = read();

    private record Wanted(String mrenclave, int isvProdId, int isvSvn, boolean debug) {}

    private static final Map<Wanted, SigStruct> SIGNED = new LinkedHashMap<>();

    private DevelopmentSigner() {}

    private static PrivateKey read() {
        try (InputStream in = DevelopmentSigner.class.getResourceAsStream("development-key.pem")) {
            return privateKey(new String(in.readAllBytes(), StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads an RSA key.
     *
     * @param pem PKCS #8, unencrypted
     * @throws SgxRefused if it is none
     */
    static PrivateKey privateKey(String pem) {
        String body = pem.replaceAll("-----(BEGIN|END) PRIVATE KEY-----|\\s", "");
        try {
            return KeyFactory.getInstance("RSA")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder()
                            .decode(body)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new SgxRefused("not an RSA key in PKCS #8, PEM, without a password: " + e.getMessage(),
                    "openssl genrsa -3 3072 | openssl pkcs8 -topk8 -nocrypt");
        }
    }

    /** Returns today, as a SIGSTRUCT has it. */
    static int today() {
        return Integer.parseInt(LocalDate.now().format(DateTimeFormatter.BASIC_ISO_DATE), 16);
    }

    /** Signs; the same thing only once. */
    static SigStruct sign(byte[] mrenclave, int isvProdId, int isvSvn, boolean debug) {
        var wanted = new Wanted(java.util.HexFormat.of().formatHex(mrenclave), isvProdId, isvSvn, debug);
        synchronized (SIGNED) {
            SigStruct known = SIGNED.get(wanted);
            if (known == null) {
                known = SigStruct.sign(SigStruct.Statement.usual(mrenclave, today(), isvProdId, isvSvn, debug), KEY);
                if (SIGNED.size() == REMEMBERED) {
                    SIGNED.remove(SIGNED.keySet().iterator().next());
                }
                SIGNED.put(wanted, known);
            }
            return known;
        }
    }

    /** Signs a statement. */
    static SigStruct sign(SigStruct.Statement statement) {
        return SigStruct.sign(statement, KEY);
    }
}

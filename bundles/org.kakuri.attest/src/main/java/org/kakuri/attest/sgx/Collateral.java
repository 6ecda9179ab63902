package org.kakuri.attest.sgx;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What the manufacturer publishes for one kind of platform: revocation lists, TCB levels, identity of the quoting enclave. Read from
 * one JSON object, whose members are those of sgx_ql_qve_collateral_t; a member that is missing is not checked against.
 *
 * <pre>
 * member                    | content
 * root_ca_crl               | revocation list of the root, DER in hexadecimal
 * pck_crl                   | revocation list of the authority of PCK certificates, DER in hexadecimal
 * tcb_info                  | the member tcbInfo of the PCS's answer, exactly as it is signed
 * tcb_info_signature        | r followed by s, in hexadecimal
 * tcb_info_issuer_chain     | PEM
 * qe_identity               | the member enclaveIdentity, exactly as it is signed
 * qe_identity_signature     | r followed by s, in hexadecimal
 * qe_identity_issuer_chain  | PEM
 * </pre>
 *
 * @rule Intel SGX Provisioning Certification Service, API v4: TCB info, QE identity
 */
public final class Collateral {
    /** Nothing is known. */
    public static final Collateral NONE = new Collateral(Optional.empty(), Optional.empty(), Optional.empty(),
            Optional.empty());
    private static final int MAX_BYTES = 1 << 20;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * A JSON document with its signature.
     *
     * @param text as it is signed
     * @param body what it says
     * @param signature r followed by s
     * @param chain of the signer
     */
    record Signed(byte[] text, JsonNode body, byte[] signature, CertificateChain chain) {}

    private final Optional<X509CRL> rootCrl;
    private final Optional<X509CRL> pckCrl;
    private final Optional<Signed> tcbInfo;
    private final Optional<Signed> qeIdentity;

    private Collateral(Optional<X509CRL> rootCrl, Optional<X509CRL> pckCrl, Optional<Signed> tcbInfo,
            Optional<Signed> qeIdentity) {
        this.rootCrl = rootCrl;
        this.pckCrl = pckCrl;
        this.tcbInfo = tcbInfo;
        this.qeIdentity = qeIdentity;
    }

    /**
     * Reads collateral.
     *
     * @throws SgxRefused naming the member that is wrong
     */
    public static Collateral of(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw new SgxRefused("collateral is too long: %d bytes, at most %d".formatted(json.length, MAX_BYTES));
        }
        JsonNode root = parse("collateral", new String(json, StandardCharsets.UTF_8));
        return new Collateral(crl(root, "root_ca_crl"), crl(root, "pck_crl"), signed(root, "tcb_info"),
                signed(root, "qe_identity"));
    }

    private static JsonNode parse(String what, String text) {
        try {
            JsonNode node = JSON.readTree(text);
            if (node == null || !node.isObject()) {
                throw new SgxRefused(what + " is no JSON object");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new SgxRefused("%s is no JSON: %s".formatted(what, e.getOriginalMessage()));
        }
    }

    private static Optional<String> text(JsonNode root, String member) {
        JsonNode node = root.get(member);
        if (node == null || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isTextual()) {
            throw new SgxRefused("collateral: %s is no text".formatted(member));
        }
        return Optional.of(node.asText());
    }

    private static byte[] hex(String member, String text) {
        try {
            return HexFormat.of().parseHex(text.strip());
        } catch (IllegalArgumentException e) {
            throw new SgxRefused("collateral: %s is not hexadecimal: %s".formatted(member, e.getMessage()));
        }
    }

    private static Optional<X509CRL> crl(JsonNode root, String member) {
        return text(root, member).map(text -> {
            try {
                return (X509CRL) CertificateFactory.getInstance("X.509")
                        .generateCRL(new ByteArrayInputStream(hex(member, text)));
            } catch (GeneralSecurityException e) {
                throw new SgxRefused("collateral: %s is no revocation list: %s".formatted(member, e.getMessage()));
            }
        });
    }

    private static Optional<Signed> signed(JsonNode root, String member) {
        Optional<String> body = text(root, member);
        if (body.isEmpty()) {
            return Optional.empty();
        }
        String signature = text(root, member + "_signature")
                .orElseThrow(() -> new SgxRefused("collateral: %s_signature is missing".formatted(member)));
        String chain = text(root, member + "_issuer_chain")
                .orElseThrow(() -> new SgxRefused("collateral: %s_issuer_chain is missing".formatted(member)));
        byte[] raw = hex(member + "_signature", signature);
        if (raw.length != Ecdsa.RAW) {
            throw new SgxRefused("collateral: %s_signature has %d bytes, expected 64".formatted(member, raw.length));
        }
        return Optional.of(new Signed(body.get().getBytes(StandardCharsets.UTF_8), parse(member, body.get()), raw,
                CertificateChain.of(PemChain.read(chain.getBytes(StandardCharsets.ISO_8859_1)))));
    }

    /** Returns the checks that it does not allow. */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (rootCrl.isEmpty()) {
            missing.add("root-crl");
        }
        if (pckCrl.isEmpty()) {
            missing.add("pck-crl");
        }
        if (tcbInfo.isEmpty()) {
            missing.add("tcb");
        }
        if (qeIdentity.isEmpty()) {
            missing.add("qe-identity");
        }
        return missing;
    }

    Optional<X509CRL> rootCrl() {
        return rootCrl;
    }

    Optional<X509CRL> pckCrl() {
        return pckCrl;
    }

    Optional<Signed> tcbInfo() {
        return tcbInfo;
    }

    Optional<Signed> qeIdentity() {
        return qeIdentity;
    }
}

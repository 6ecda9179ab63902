package org.kakuri.attest.sgx;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A platform with its manufacturer: makes quotes and collateral, right ones unless a field says otherwise. */
final class TestPlatform {
    static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
    static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    static final Instant TO = Instant.parse("2027-01-01T00:00:00Z");
    static final byte[] FMSPC = HexFormat.of().parseHex("00906ed50000");

    final KeyPair root = pair();
    final KeyPair authority = pair();
    final KeyPair pck = pair();
    final KeyPair attestation = pair();
    final KeyPair tcbSigner = pair();
    long attributes = 5;
    int isvSvn = 8;
    int component = 5;
    Instant pckEnd = TO;
    byte[] reportData = Arrays.copyOf(new byte[] {1, 2, 3}, 64);
    byte[] mrenclave = new byte[32];
    List<Integer> order = List.of(0, 1, 2);
    byte[] auth = {7, 7};

    static KeyPair pair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    List<byte[]> roots() {
        return List.of(root.getPublic().getEncoded());
    }

    private byte[] certificate(String issuer, KeyPair key, String name, KeyPair subject, int serial,
            Optional<Integer> below, Optional<byte[]> sgx, Instant to) {
        return Certificates.issue(new Certificates.Issuer(issuer, key.getPrivate()),
                new Certificates.Subject(name, subject.getPublic(), serial, below, sgx), "test", FROM, to);
    }

    private byte[] rootCertificate() {
        return certificate("root", root, "root", root, 1, Optional.of(1), Optional.empty(), TO);
    }

    List<byte[]> chain() {
        byte[] extension = new PckExtension(FMSPC, new byte[2],
                IntStream.range(0, 16).mapToObj(_ -> component).toList(),
                9).encode(new byte[16]);
        return List.of(
                certificate("authority", authority, "pck", pck, 0x33, Optional.empty(), Optional.of(extension), pckEnd),
                certificate("root", root, "authority", authority, 0x22, Optional.of(0), Optional.empty(), TO),
                rootCertificate());
    }

    Quote quote() {
        var identity = new ReportBody.Identity(0, attributes, 3, mrenclave, new byte[32], 1, 2);
        ReportBody report = ReportBody.of(new byte[16], identity, reportData);
        byte[] signer = new byte[32];
        signer[0] = (byte) 0x8c;
        byte[] point = Ecdsa.point(attestation.getPublic());
        ReportBody qe = ReportBody.of(new byte[16],
                new ReportBody.Identity(0, 0x15, 3, new byte[32], signer, 1, isvSvn),
                Quote.binding(point, auth));
        byte[] header = Quote.header(2, 9, new byte[16], new byte[20]);
        return new Quote(header, report, Ecdsa.sign(attestation.getPrivate(), Quote.signed(header, report)), point, qe,
                Ecdsa.sign(pck.getPrivate(), qe.bytes()), auth, Quote.PCK_CHAIN,
                PemChain.write(order.stream().map(chain()::get).toList()));
    }

    /** Collateral as members of the JSON object. */
    Map<String, String> collateral() {
        String levels = """
                {"tcb":{"sgxtcbcomponents":[%s],"pcesvn":9},"tcbDate":"2026-01-01T00:00:00Z","tcbStatus":"UpToDate"},\
                {"tcb":{"sgxtcbcomponents":[%s],"pcesvn":5},"tcbDate":"2025-01-01T00:00:00Z","tcbStatus":"OutOfDate",\
                "advisoryIDs":["INTEL-SA-00001"]}""".formatted(svns(5), svns(3));
        String tcbInfo = """
                {"id":"SGX","version":3,"issueDate":"2026-05-01T00:00:00Z","nextUpdate":"2026-07-01T00:00:00Z",\
                "fmspc":"00906ED50000","pceId":"0000","tcbLevels":[%s]}""".formatted(levels);
        String qeIdentity = """
                {"id":"QE","version":2,"issueDate":"2026-05-01T00:00:00Z","nextUpdate":"2026-07-01T00:00:00Z",\
                "miscselect":"00000000","miscselectMask":"FFFFFFFF","attributes":"11000000000000000000000000000000",\
                "attributesMask":"FBFFFFFFFFFFFFFF0000000000000000","mrsigner":"8C%s","isvprodid":1,"tcbLevels":[\
                {"tcb":{"isvsvn":8},"tcbStatus":"UpToDate"},{"tcb":{"isvsvn":6},"tcbStatus":"OutOfDate"}]}"""
                .formatted("00".repeat(31));
        Map<String, String> members = new LinkedHashMap<>();
        members.put("root_ca_crl", crl("root", root));
        members.put("pck_crl", crl("authority", authority));
        sign(members, "tcb_info", tcbInfo);
        sign(members, "qe_identity", qeIdentity);
        return members;
    }

    private static String svns(int svn) {
        return IntStream.range(0, 16).mapToObj(_ -> "{\"svn\":" + svn + "}").collect(Collectors.joining(","));
    }

    String crl(String name, KeyPair key, long... revoked) {
        return HexFormat.of()
                .formatHex(Certificates.revoke(new Certificates.Issuer(name, key.getPrivate()), "test", FROM,
                        Instant.parse("2026-07-01T00:00:00Z"), revoked));
    }

    void sign(Map<String, String> members, String member, String text) {
        members.put(member, text);
        members.put(member + "_signature", HexFormat.of()
                .formatHex(Ecdsa.sign(tcbSigner.getPrivate(), text.getBytes(StandardCharsets.UTF_8))));
        members.put(member + "_issuer_chain", new String(PemChain.write(List.of(
                certificate("root", root, "tcb signing", tcbSigner, 0x44, Optional.empty(), Optional.empty(), TO),
                rootCertificate())), StandardCharsets.US_ASCII));
    }

    static byte[] json(Map<String, String> members) {
        return members.entrySet()
                .stream()
                .map(member -> "\"%s\":\"%s\"".formatted(member.getKey(), member.getValue()
                        .replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")))
                .collect(Collectors.joining(",", "{", "}"))
                .getBytes(StandardCharsets.UTF_8);
    }
}

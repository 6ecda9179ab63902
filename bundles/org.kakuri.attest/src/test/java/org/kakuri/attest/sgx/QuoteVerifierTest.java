package org.kakuri.attest.sgx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.attest.Appraisal;

/** Quotes: Intel SGX ECDSA QuoteLib Reference, appendix A. Offsets are typed from its tables. */
@Timeout(120)
class QuoteVerifierTest {
    private final TestPlatform platform = new TestPlatform();

    private Appraisal verify(byte[] quote, Collateral collateral, Instant now) {
        return new QuoteVerifier(platform.roots(), collateral, now).verify(quote, Optional.of(new byte[] {1, 2, 3}),
                Optional.of(new byte[32]));
    }

    private Appraisal verify(byte[] quote) {
        return verify(quote, Collateral.of(TestPlatform.json(platform.collateral())), TestPlatform.NOW);
    }

    private static List<String> failed(Appraisal appraisal) {
        return appraisal.checks().stream().filter(check -> !check.passed()).map(Appraisal.Check::id).toList();
    }

    @Test
    void trustsAGoodQuoteAndSaysWhatItChecked() {
        Appraisal appraisal = verify(platform.quote().encode());

        assertEquals(List.of(), failed(appraisal), appraisal.checks().toString());
        assertEquals(List.of("format", "certification", "chain", "root", "qe-signature", "root-crl", "pck-crl",
                "tcb-info", "tcb", "qe-identity", "qe-tcb", "qe-binding", "quote-signature", "debug", "nonce",
                "measurement"), appraisal.checks().stream().map(Appraisal.Check::id).toList());
        assertEquals("UpToDate", appraisal.claims().get("tcb-status"));
    }

    @Test
    void saysWhatItCouldNotCheck() {
        Appraisal appraisal = verify(platform.quote().encode(), Collateral.NONE, TestPlatform.NOW);

        assertTrue(appraisal.trusted());
        assertEquals("root-crl, pck-crl, tcb, qe-identity: no collateral", appraisal.claims().get("not-checked"));
    }

    @Test
    void liesAsTheTablesSay() {
        byte[] bytes = platform.quote().encode();

        assertArrayEquals(new byte[] {3, 0, 2, 0, 0, 0, 0, 0, 2, 0, 9, 0}, Arrays.copyOf(bytes, 12));
        assertArrayEquals(platform.reportData, Arrays.copyOfRange(bytes, 48 + 320, 432));
        assertArrayEquals(Ecdsa.point(platform.attestation.getPublic()), Arrays.copyOfRange(bytes, 500, 564));
        assertArrayEquals(new byte[] {2, 0, 7, 7, 5, 0}, Arrays.copyOfRange(bytes, 1012, 1018));
        assertEquals("-----BEGIN", new String(bytes, 1022, 10, java.nio.charset.StandardCharsets.US_ASCII));
    }

    /** Embedded chains come as leaf, root, intermediate too. */
    @Test
    void ordersCertificatesByIssuer() {
        for (List<Integer> order : List.of(List.of(0, 2, 1), List.of(2, 1, 0), List.of(1, 0, 2))) {
            platform.order = order;
            assertEquals(List.of(), failed(verify(platform.quote().encode())), order.toString());
        }
    }

    private static Consumer<TestPlatform> set(Consumer<TestPlatform> change) {
        return change;
    }

    /** What is wrong with the platform, and the one check that says so. */
    static Stream<Arguments> wrongs() {
        return Stream.of(Arguments.of("[debug]", set(p -> p.attributes = 7)),
                Arguments.of("[nonce]", set(p -> p.reportData = new byte[64])),
                Arguments.of("[measurement]", set(p -> p.mrenclave = Arrays.copyOf(new byte[] {1}, 32))),
                Arguments.of("[chain]", set(p -> p.pckEnd = Instant.parse("2026-05-31T00:00:00Z"))),
                Arguments.of("[tcb]", set(p -> p.component = 4)), Arguments.of("[tcb]", set(p -> p.component = 2)),
                Arguments.of("[qe-tcb]", set(p -> p.isvSvn = 7)), Arguments.of("[qe-tcb]", set(p -> p.isvSvn = 1)),
                Arguments.of("[certification]", set(p -> p.order = List.of(0, 1))),
                Arguments.of("[certification]", set(p -> p.order = List.of(0))),
                Arguments.of("[certification]", set(p -> p.order = List.of(1, 2))),
                Arguments.of("[certification]", set(p -> p.order = List.of(0, 1, 2, 2))));
    }

    @ParameterizedTest
    @MethodSource("wrongs")
    void namesWhatIsWrong(String expected, Consumer<TestPlatform> wrong) {
        wrong.accept(platform);
        assertEquals(expected, failed(verify(platform.quote().encode())).toString());
    }

    /** One byte in each part, by its offset from the tables, and what then fails. */
    @ParameterizedTest
    @ValueSource(strings = {"8 quote-signature", "30 quote-signature", "48 quote-signature", "430 quote-signature",
        "440 quote-signature", "600 qe-signature", "940 qe-signature", "960 qe-signature", "1014 qe-binding"})
    void namesThePartThatWasChanged(String row) {
        byte[] bytes = platform.quote().encode();
        bytes[Integer.parseInt(row.split(" ")[0])] ^= 1;
        assertTrue(failed(verify(bytes)).contains(row.split(" ")[1]), failed(verify(bytes)).toString());
    }

    @Test
    void refusesAnotherAttestationKey() {
        byte[] bytes = platform.quote().encode();
        byte[] other = Ecdsa.point(TestPlatform.pair().getPublic());
        System.arraycopy(other, 0, bytes, 500, 64);
        assertEquals(List.of("qe-binding", "quote-signature"), failed(verify(bytes)));
        Arrays.fill(bytes, 500, 564, (byte) 0xff);
        assertEquals(List.of("qe-binding", "quote-signature"), failed(verify(bytes)), "no point of the curve");
    }

    @Test
    void refusesAnotherRoot() {
        KeyPair other = TestPlatform.pair();
        Appraisal appraisal = new QuoteVerifier(List.of(other.getPublic().getEncoded()), Collateral.NONE,
                TestPlatform.NOW).verify(platform.quote().encode(), Optional.empty(), Optional.empty());
        assertEquals(List.of("root"), failed(appraisal));
    }

    @Test
    void trustsARootThatIsGivenAsACertificate() throws Exception {
        Quote quote = platform.quote();
        byte[] root = PemChain.read(quote.certificationData()).getLast().getEncoded();

        assertTrue(new QuoteVerifier(List.of(root), Collateral.NONE, TestPlatform.NOW)
                .verify(quote.encode(), Optional.empty(), Optional.empty())
                .trusted());
    }

    private interface Change {
        void of(TestPlatform platform, Map<String, String> collateral);
    }

    static Stream<Arguments> stale() {
        return Stream.of(
                Arguments.of("[root-crl]", (Change) (p, c) -> c.put("root_ca_crl", p.crl("root", p.root, 0x22))),
                Arguments.of("[pck-crl]", (Change) (p, c) -> c.put("pck_crl", p.crl("authority", p.authority, 0x33))),
                Arguments.of("[pck-crl]", (Change) (p, c) -> c.put("pck_crl", p.crl("root", p.root))),
                Arguments.of("[pck-crl]", (Change) (p, c) -> c.put("pck_crl", p.crl("authority", p.root))),
                Arguments.of("[tcb-info]", (Change) (p, c) -> c.put("tcb_info", c.get("tcb_info")
                        .replace("INTEL-SA-00001", "INTEL-SA-00002"))),
                Arguments.of("[tcb]", (Change) (p, c) -> p.sign(c, "tcb_info", c.get("tcb_info")
                        .replace("00906ED50000", "00906ED50001"))),
                Arguments.of("[tcb]", (Change) (p, c) -> p.sign(c, "tcb_info", c.get("tcb_info")
                        .replace("\"pcesvn\":9", "\"pcesvn\":10"))),
                Arguments.of("[tcb]", (Change) (p, c) -> p.sign(c, "tcb_info", c.get("tcb_info")
                        .replace("{\"svn\":5}", "{\"svn\":\"x\"}"))),
                Arguments.of("[tcb-info]", (Change) (p, c) -> p.sign(c, "tcb_info", c.get("tcb_info")
                        .replace("2026-07-01", "2026-05-02"))),
                Arguments.of("[tcb-info]", (Change) (p, c) -> p.sign(c, "tcb_info", c.get("tcb_info")
                        .replace("2026-07-01T00:00:00Z", "soon"))),
                Arguments.of("[qe-identity]", (Change) (p, c) -> p.sign(c, "qe_identity", c.get("qe_identity")
                        .replace("\"isvprodid\":1", "\"isvprodid\":2"))),
                Arguments.of("[qe-identity]", (Change) (p, c) -> p.sign(c, "qe_identity", c.get("qe_identity")
                        .replace("\"8C", "\"8D"))),
                Arguments.of("[qe-identity]", (Change) (p, c) -> p.sign(c, "qe_identity", c.get("qe_identity")
                        .replace("\"miscselect\":\"00000000\"", "\"miscselect\":\"01000000\""))),
                Arguments.of("[qe-identity]", (Change) (p, c) -> p.sign(c, "qe_identity", c.get("qe_identity")
                        .replace("\"attributes\":\"11", "\"attributes\":\"01"))));
    }

    @ParameterizedTest
    @MethodSource("stale")
    void namesWhatTheCollateralSays(String expected, Change change) {
        Map<String, String> members = new LinkedHashMap<>(platform.collateral());
        change.of(platform, members);

        Appraisal appraisal = verify(platform.quote().encode(), Collateral.of(TestPlatform.json(members)),
                TestPlatform.NOW);

        assertEquals(expected, failed(appraisal).toString(), appraisal.checks().toString());
    }

    @Test
    void dependsOnTheTime() {
        Collateral collateral = Collateral.of(TestPlatform.json(platform.collateral()));
        byte[] quote = platform.quote().encode();

        assertEquals(List.of("root-crl", "pck-crl", "tcb-info", "qe-identity"),
                failed(verify(quote, collateral, Instant.parse("2026-08-01T00:00:00Z"))));
        assertTrue(failed(verify(quote, collateral, Instant.parse("2028-01-01T00:00:00Z"))).contains("chain"));
        assertTrue(failed(verify(quote, collateral, Instant.parse("2025-01-01T00:00:00Z"))).contains("chain"));
    }

    @Test
    void refusesToBeCutAnywhere() {
        byte[] bytes = platform.quote().encode();
        for (int length = 0; length < bytes.length; length++) {
            Appraisal appraisal = verify(Arrays.copyOf(bytes, length), Collateral.NONE, TestPlatform.NOW);
            assertEquals(List.of("format"), failed(appraisal), "cut to " + length);
        }
        assertEquals("not a quote: signature data length is %d, expected %d".formatted(bytes.length - 436,
                bytes.length - 435),
                verify(Arrays.copyOf(bytes, bytes.length + 1), Collateral.NONE, TestPlatform.NOW)
                        .checks()
                        .getFirst()
                        .detail());
    }

    /** Every length field, at every power of two, at its ends and beside its value. */
    @Test
    void refusesEveryOtherLength() {
        byte[] good = platform.quote().encode();
        int[][] fields = {{432, 4}, {1012, 2}, {1016, 2}, {1018, 4}};
        for (int[] field : fields) {
            long value = 0;
            for (int i = field[1] - 1; i >= 0; i--) {
                value = value << 8 | good[field[0] + i] & 0xff;
            }
            for (int bit = 0; bit <= 8 * field[1]; bit++) {
                for (long other : new long[] {(1L << bit) - 1, 1L << bit, value + (1L << bit), value - (1L << bit)}) {
                    byte[] bytes = good.clone();
                    for (int i = 0; i < field[1]; i++) {
                        bytes[field[0] + i] = (byte) (other >>> 8 * i);
                    }
                    if (!Arrays.equals(bytes, good)) {
                        assertFalse(verify(bytes, Collateral.NONE, TestPlatform.NOW).trusted(),
                                "field %d = %d".formatted(field[0], other));
                    }
                }
            }
        }
    }

    @Test
    void neverFailsOtherwiseThanByAVerdictOnWhateverBytes() {
        byte[] good = platform.quote().encode();
        var random = new Random(3);
        for (int i = 0; i < 1500; i++) {
            byte[] bytes = good.clone();
            for (int k = 0; k <= i % 4; k++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Appraisal appraisal = verify(bytes, Collateral.NONE, TestPlatform.NOW);
            assertEquals(Arrays.equals(bytes, good), appraisal.trusted());
        }
        byte[] noise = new byte[70_000];
        random.nextBytes(noise);
        assertFalse(verify(noise).trusted());
        assertFalse(verify(new byte[0]).trusted());
    }

    @Test
    void refusesCollateralThatIsNoneByType() {
        byte[] good = TestPlatform.json(platform.collateral());
        byte[] quote = platform.quote().encode();
        var random = new Random(4);
        for (int i = 0; i < 500; i++) {
            byte[] bytes = good.clone();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            try {
                verify(quote, Collateral.of(bytes), TestPlatform.NOW);
            } catch (SgxRefused expected) {
                assertFalse(expected.getMessage().isBlank());
            }
        }
    }

    /** Quotes of real processors, where a folder has some: NAME.quote, and NAME.json with its collateral. */
    @Test
    void verifiesQuotesOfRealHardware(@TempDir Path empty) throws Exception {
        String folder = System.getProperty("kakuri.sgx.quotes", empty.toString());
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            List<Path> quotes = files.filter(file -> file.toString().endsWith(".quote")).toList();
            org.junit.jupiter.api.Assumptions.assumeFalse(quotes.isEmpty(),
                    "no quotes of real hardware: set -Dkakuri.sgx.quotes=FOLDER");
            for (Path file : quotes) {
                Quote quote = Quote.of(Files.readAllBytes(file));
                byte[] root = CertificateChain.of(PemChain.read(quote.certificationData()))
                        .root()
                        .getPublicKey()
                        .getEncoded();
                Appraisal appraisal = new QuoteVerifier(List.of(root), Collateral.NONE,
                        Instant.parse("2025-06-25T00:00:00Z")).verify(Files.readAllBytes(file), Optional.empty(),
                                Optional.empty());
                assertEquals(List.of(), failed(appraisal).stream().filter(id -> !id.equals("debug")).toList());
            }
        }
    }
}

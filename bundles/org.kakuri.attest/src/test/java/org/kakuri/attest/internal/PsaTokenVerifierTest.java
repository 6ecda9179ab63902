package org.kakuri.attest.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.api.attest.Appraisal;
import org.kakuri.api.attest.ReferenceValues;
import org.kakuri.api.tee.Evidence;
import org.kakuri.attest.cose.Cbor;
import org.kakuri.attest.cose.CborReader;
import org.kakuri.attest.cose.CborWriter;
import org.kakuri.attest.cose.CoseAlgorithm;
import org.kakuri.attest.cose.CoseSign1;

@Timeout(60)
class PsaTokenVerifierTest {
    private static final String MEDIA_TYPE = "application/eat+cwt; eat_profile=\"tag:psacertified.org,2023:psa#tfm\"";
    private static final byte[] NONCE = "a nonce of the verifier".getBytes();
    private static final byte[] TA = fill(32, 0xa5);
    private static KeyPair device;
    private static KeyPair stranger;

    private final PsaTokenVerifier verifier = new PsaTokenVerifier();

    @BeforeAll
    static void makeKeys() throws Exception {
        device = pair("secp256r1");
        stranger = pair("secp256r1");
    }

    private static KeyPair pair(String curve) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    private static byte[] fill(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static byte[] instanceId(KeyPair pair, int point) throws Exception {
        byte[] der = pair.getPublic().getEncoded();
        byte[] hash = MessageDigest.getInstance("SHA-256")
                .digest(Arrays.copyOfRange(der, der.length - point, der.length));
        byte[] id = new byte[33];
        id[0] = 1;
        System.arraycopy(hash, 0, id, 1, 32);
        return id;
    }

    /** Claims by the key numbers printed in RFC 9783. */
    private static Map<Long, Cbor> claims() throws Exception {
        Map<Long, Cbor> claims = new LinkedHashMap<>();
        claims.put(10L, Cbor.of(Arrays.copyOf(NONCE, 32)));
        claims.put(256L, Cbor.of(instanceId(device, 65)));
        claims.put(265L, Cbor.of("tag:psacertified.org,2023:psa#tfm"));
        claims.put(2394L, Cbor.of(7));
        claims.put(2395L, Cbor.of(0x3000));
        claims.put(2396L, Cbor.of(fill(32, 9)));
        claims.put(2399L, new Cbor.Array(List.of(component("ARoT", "sha-256", TA))));
        return claims;
    }

    private static Cbor component(String type, String algorithm, byte[] digest) {
        return new Cbor.Table(
                Map.of(Cbor.of(1), Cbor.of(type), Cbor.of(2), Cbor.of(digest), Cbor.of(6), Cbor.of(algorithm)));
    }

    private static byte[] token(Map<Long, Cbor> claims, PrivateKey key) {
        return CoseSign1.sign(payload(claims), CoseAlgorithm.ES256, key).encode();
    }

    private static byte[] payload(Map<Long, Cbor> claims) {
        Map<Cbor, Cbor> table = new LinkedHashMap<>();
        claims.forEach((claim, value) -> table.put(Cbor.of(claim), value));
        return CborWriter.write(new Cbor.Table(table));
    }

    private static ReferenceValues expected() {
        return new ReferenceValues(NONCE, TA, List.of(device.getPublic().getEncoded()));
    }

    private Appraisal appraise(byte[] token) {
        return verifier.verify(new Evidence(MEDIA_TYPE, token), expected());
    }

    private static List<String> failures(Appraisal appraisal) {
        return appraisal.checks()
                .stream()
                .filter(check -> !check.passed())
                .map(check -> check.id() + ": " + check.detail())
                .toList();
    }

    @Test
    void trustsAGenuineToken() throws Exception {
        Appraisal appraisal = appraise(token(claims(), device.getPrivate()));
        assertEquals(List.of(), failures(appraisal));
        assertEquals(
                List.of("format", "claims", "profile", "key", "signature", "nonce", "measurement", "lifecycle",
                        "client"),
                appraisal.checks().stream().map(Appraisal.Check::id).toList());
        assertTrue(appraisal.trusted());
        assertEquals("secured", appraisal.claims().get("lifecycle"));
        assertEquals("deterministic", appraisal.claims().get("encoding"));
    }

    @Test
    void acceptsTheOtherAlgorithmsAndAVariantEncoding() throws Exception {
        KeyPair big = pair("secp521r1");
        Map<Long, Cbor> claims = claims();
        claims.put(256L, Cbor.of(instanceId(big, 133)));
        byte[] payload = payload(claims);
        assertEquals((byte) 0xa7, payload[0]);
        byte[] variant = new byte[payload.length + 1];
        variant[0] = (byte) 0xb8;
        variant[1] = 7;
        System.arraycopy(payload, 1, variant, 2, payload.length - 1);
        byte[] token = CoseSign1.sign(variant, CoseAlgorithm.ES512, big.getPrivate()).encode();
        Appraisal appraisal = verifier.verify(new Evidence(MEDIA_TYPE, token),
                new ReferenceValues(NONCE, TA, List.of(new byte[] {1, 2, 3}, big.getPublic().getEncoded())));
        assertEquals(List.of(), failures(appraisal));
        assertEquals("variant", appraisal.claims().get("encoding"));
    }

    @Test
    void letsUnknownClaimsThrough() throws Exception {
        Map<Long, Cbor> claims = claims();
        claims.put(-77L, Cbor.of("unknown"));
        assertTrue(appraise(token(claims, device.getPrivate())).trusted());
    }

    @Test
    void readsTheExampleOfTheRfc() throws Exception {
        CoseSign1 token = CoseSign1.decode(RfcExample.TOKEN, CborReader.Mode.VARIANT);
        assertTrue(token.verify(RfcExample.key()), "the published signature under the published key");
        assertFalse(token.verify((ECPublicKey) stranger.getPublic()));
        Appraisal appraisal = verifier.verify(new Evidence(MEDIA_TYPE, RfcExample.TOKEN),
                new ReferenceValues(fill(32, 1), TA, List.of(RfcExample.key().getEncoded())));
        // Its instance identity is a placeholder rather than a hash of the key, and it speaks of no application.
        assertEquals(
                List.of("key: none of 1 trusted keys has instance-id=01" + "02".repeat(32),
                        "measurement: 0 components of type ARoT, expected 1"),
                failures(appraisal));
        assertEquals("PRoT =" + "03".repeat(32), appraisal.claims().get("software"));
        assertEquals("2147483647", appraisal.claims().get("client-id"));
    }

    private interface Forgery {
        byte[] make(Map<Long, Cbor> claims) throws Exception;
    }

    private static Arguments forged(String what, String failure, Forgery forgery) {
        return Arguments.of(what, failure, forgery);
    }

    private static Forgery resigned(Consumer<Map<Long, Cbor>> change) {
        return claims -> {
            change.accept(claims);
            return token(claims, device.getPrivate());
        };
    }

    private static Forgery wrapped(java.util.function.UnaryOperator<CoseSign1> change) {
        return claims -> change.apply(CoseSign1.sign(payload(claims), CoseAlgorithm.ES256, device.getPrivate()))
                .encode();
    }

    static Stream<Arguments> forgeries() {
        return Stream.of(
                forged("empty", "format: CBOR refused at offset 0: ends in the middle of an item", _ -> new byte[0]),
                forged("truncated", "format: CBOR refused at offset",
                        claims -> Arrays.copyOf(token(claims, device.getPrivate()), 100)),
                forged("trailing byte", "format: CBOR refused at offset", claims -> {
                    byte[] token = token(claims, device.getPrivate());
                    return Arrays.copyOf(token, token.length + 1);
                }),
                forged("not tagged", "format: not a tagged COSE_Sign1: the item has no tag, expected tag=18",
                        claims -> {
                            byte[] token = token(claims, device.getPrivate());
                            return Arrays.copyOfRange(token, 1, token.length);
                        }),
                forged("MAC instead of signature",
                        "format: not a tagged COSE_Sign1: tag=17, expected tag=18; a COSE_Mac0",
                        claims -> {
                            byte[] token = token(claims, device.getPrivate());
                            token[0] = (byte) 0xd1;
                            return token;
                        }),
                forged("three parts",
                        "format: not a COSE_Sign1: expected an array of bytes, map, bytes, bytes under tag 18",
                        _ -> CborWriter.write(new Cbor.Tag(18, new Cbor.Array(List.of(Cbor.of(1)))))),
                forged("payload no CBOR", "claims: CBOR refused at offset 0: simple value or break: info=31",
                        _ -> CoseSign1.sign(new byte[] {-1}, CoseAlgorithm.ES256, device.getPrivate()).encode()),
                forged("payload no map", "claims: the payload is not a map",
                        _ -> CoseSign1.sign(new byte[] {1}, CoseAlgorithm.ES256, device.getPrivate()).encode()),
                forged("no nonce", "claims: nonce (10) is missing", resigned(c -> c.remove(10L))),
                forged("no lifecycle", "claims: security-lifecycle (2395) is missing", resigned(c -> c.remove(2395L))),
                forged("no components", "claims: software-components (2399) is not an array of at least one component",
                        resigned(c -> c.put(2399L, new Cbor.Array(List.of())))),
                forged("short nonce", "claims: nonce (10) is not bytes .size 32, 48 or 64",
                        resigned(c -> c.put(10L, Cbor.of(fill(31, 0))))),
                forged("instance id of another kind", "claims: instance-id (256) is not bytes .size 33, the first 0x01",
                        resigned(c -> c.put(256L, Cbor.of(fill(33, 2))))),
                forged("client 0", "claims: client-id (2394) is not a 32-bit integer other than 0",
                        resigned(c -> c.put(2394L, Cbor.of(0)))),
                forged("lifecycle between states",
                        "claims: security-lifecycle (2395) is not 0x0000..0x00ff, 0x1000..0x10ff up to 0x6000..0x60ff",
                        resigned(c -> c.put(2395L, Cbor.of(0x3100)))),
                forged("old profile",
                        "profile: eat_profile=PSA_IOT_PROFILE_1, expected tag:psacertified.org,2023:psa#tfm",
                        resigned(c -> c.put(265L, Cbor.of("PSA_IOT_PROFILE_1")))),
                forged("another machine", "key: none of 1 trusted keys has instance-id=01", claims -> {
                    claims.put(256L, Cbor.of(instanceId(stranger, 65)));
                    return token(claims, stranger.getPrivate());
                }),
                forged("signed by a stranger", "signature: algorithm=ES256",
                        claims -> token(claims, stranger.getPrivate())),
                forged("one bit of the signature", "signature: algorithm=ES256", claims -> {
                    byte[] token = token(claims, device.getPrivate());
                    token[token.length - 1] ^= 1;
                    return token;
                }),
                forged("one bit of the payload", "signature: algorithm=ES256", claims -> {
                    var genuine = CoseSign1.sign(payload(claims), CoseAlgorithm.ES256, device.getPrivate());
                    claims.put(2396L, Cbor.of(fill(32, 8)));
                    return new CoseSign1(genuine.protectedHeader(), genuine.unprotectedHeader(), payload(claims),
                            genuine.signature()).encode();
                }),
                forged("empty signature", "signature: algorithm=ES256", wrapped(t -> new CoseSign1(t.protectedHeader(),
                        t.unprotectedHeader(), t.payload(), new byte[0]))),
                forged("signature of zeros", "signature: algorithm=ES256",
                        wrapped(t -> new CoseSign1(t.protectedHeader(),
                                t.unprotectedHeader(), t.payload(), new byte[64]))),
                forged("no algorithm", "signature: algorithm=none that is known and free of critical parameters",
                        wrapped(t -> new CoseSign1(new byte[0], t.unprotectedHeader(), t.payload(), t.signature()))),
                forged("algorithm moved to the unprotected header",
                        "signature: algorithm=none that is known and free of critical parameters",
                        wrapped(t -> new CoseSign1(t.protectedHeader(),
                                new Cbor.Table(Map.of(Cbor.of(1), Cbor.of(-7))), t.payload(), t.signature()))),
                forged("another algorithm", "signature: algorithm=ES384",
                        wrapped(t -> new CoseSign1(new byte[] {(byte) 0xa1, 1, 0x38, 34}, t.unprotectedHeader(),
                                t.payload(), t.signature()))),
                forged("replay", "nonce: nonce=", resigned(c -> c.put(10L, Cbor.of(fill(32, 3))))),
                forged("nonce with a suffix", "nonce: nonce=", resigned(c -> {
                    byte[] longer = Arrays.copyOf(NONCE, 32);
                    longer[31] = 1;
                    c.put(10L, Cbor.of(longer));
                })),
                forged("another application", "measurement: sha-256=a4", resigned(c -> {
                    byte[] other = TA.clone();
                    other[0] ^= 1;
                    c.put(2399L, new Cbor.Array(List.of(component("ARoT", "sha-256", other))));
                })),
                forged("digest by another algorithm", "measurement: sha-512=a5", resigned(
                        c -> c.put(2399L, new Cbor.Array(List.of(component("ARoT", "sha-512", TA)))))),
                forged("two applications", "measurement: 2 components of type ARoT, expected 1",
                        resigned(c -> c.put(2399L, new Cbor.Array(
                                List.of(component("ARoT", "sha-256", TA), component("ARoT", "sha-256", TA)))))),
                forged("only firmware", "measurement: 0 components of type ARoT, expected 1", resigned(
                        c -> c.put(2399L, new Cbor.Array(List.of(component("PRoT", "sha-256", TA)))))),
                forged("under test", "lifecycle: 0x1000, assembly and test",
                        resigned(c -> c.put(2395L, Cbor.of(0x1000)))),
                forged("being debugged", "lifecycle: 0x5001, recoverable PSA RoT debug",
                        resigned(c -> c.put(2395L, Cbor.of(0x5001)))),
                forged("scrapped", "lifecycle: 0x6000, decommissioned", resigned(c -> c.put(2395L, Cbor.of(0x6000)))),
                forged("asked for by the normal world", "client: client-id=-7, asked for by the non-secure world",
                        resigned(c -> c.put(2394L, Cbor.of(-7)))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forgeries")
    void failsExactlyTheCheckThatAForgeryBreaks(String what, String failure, Forgery forgery) throws Exception {
        List<String> failures = failures(appraise(forgery.make(claims())));
        assertEquals(1, failures.size(), () -> what + ": " + failures);
        assertTrue(failures.getFirst().startsWith(failure), failures::getFirst);
    }

    @Test
    void saysWhenTheVerifierItselfBroughtNothing() throws Exception {
        Appraisal appraisal = verifier.verify(new Evidence(MEDIA_TYPE, token(claims(), device.getPrivate())),
                new ReferenceValues(new byte[0], new byte[0], List.of()));
        List<String> failures = new ArrayList<>(failures(appraisal));
        assertEquals("nonce: the verifier expects a nonce of 0 bytes, 1 to 64 are possible", failures.get(1));
        assertEquals(3, failures.size(), failures::toString);
    }

    @Test
    void refusesAnotherMediaType() throws Exception {
        Appraisal appraisal = verifier.verify(
                new Evidence("application/sgx-quote", token(claims(), device.getPrivate())),
                expected());
        assertEquals(List.of("format: media type application/sgx-quote, expected " + MEDIA_TYPE), failures(appraisal));
    }

    @Test
    void neverThrowsAndNeverTrustsAnotherPayload() throws Exception {
        byte[] genuine = token(claims(), device.getPrivate());
        byte[] payload = payload(claims());
        var random = new Random(20260101);
        int refused = 0;
        for (int i = 0; i < 10_000; i++) {
            byte[] mutated = mutate(genuine, random);
            Appraisal appraisal = appraise(mutated);
            int round = i;
            assertFalse(appraisal.checks().isEmpty(), () -> "round " + round);
            if (appraisal.trusted()) {
                assertArrayEquals(payload, CoseSign1.decode(mutated, CborReader.Mode.VARIANT).payload());
            } else {
                refused++;
            }
        }
        assertTrue(refused > 9_900, "only " + refused + " were refused");
    }

    private static byte[] mutate(byte[] genuine, Random random) {
        byte[] bytes = genuine.clone();
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt();
            case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
            default -> {
                byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
                System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
                longer[at] = (byte) random.nextInt();
                bytes = longer;
            }
            }
        }
        return bytes;
    }
}

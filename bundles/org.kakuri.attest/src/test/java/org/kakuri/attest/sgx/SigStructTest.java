package org.kakuri.attest.sgx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SIGSTRUCT: Intel SDM vol. 3D, 38.13, table 38-19. Offsets are typed from the table. */
@Timeout(60)
class SigStructTest {
    private static KeyPair keys;
    private static SigStruct sig;

    @BeforeAll
    static void sign() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(new RSAKeyGenParameterSpec(3072, BigInteger.valueOf(3)));
        keys = generator.generateKeyPair();
        byte[] hash = new byte[32];
        hash[0] = 0x11;
        hash[31] = 0x22;
        sig = SigStruct.sign(SigStruct.Statement.usual(hash, 0x20261121, 7, 9, false), keys.getPrivate());
    }

    private static SigStruct changed(int at, int value) {
        byte[] bytes = sig.bytes();
        bytes[at] = (byte) value;
        return SigStruct.of(bytes);
    }

    private static byte[] bigEndian(byte[] bytes, int at, int length) {
        byte[] turned = new byte[length];
        for (int i = 0; i < length; i++) {
            turned[i] = bytes[at + length - 1 - i];
        }
        return turned;
    }

    /** The JDK verifies what is at the offsets of the table. */
    @Test
    void isWhatTheTableSays() throws Exception {
        byte[] bytes = sig.bytes();
        assertEquals(1808, bytes.length);
        assertEquals(((RSAPublicKey) keys.getPublic()).getModulus(), new BigInteger(1, bigEndian(bytes, 128, 384)));
        assertArrayEquals(new byte[] {3, 0, 0, 0}, java.util.Arrays.copyOfRange(bytes, 512, 516));
        assertArrayEquals(new byte[] {0x21, 0x11, 0x26, 0x20}, java.util.Arrays.copyOfRange(bytes, 20, 24));
        assertEquals(0x11, bytes[960]);
        assertEquals(0x22, bytes[991]);
        assertEquals(7, bytes[1024]);
        assertEquals(9, bytes[1026]);

        Signature verifier = Signature.getInstance("SHA256withRSA");
        verifier.initVerify(keys.getPublic());
        verifier.update(bytes, 0, 128);
        verifier.update(bytes, 900, 128);
        assertTrue(verifier.verify(bigEndian(bytes, 516, 384)));
    }

    /** 38.13 and the developer's manual: Q1 = floor(S^2 / M), Q2 = floor((S^3 - Q1 S M) / M). */
    @Test
    void hasTheQuotientsThatBelongToItsSignature() {
        byte[] bytes = sig.bytes();
        BigInteger m = new BigInteger(1, bigEndian(bytes, 128, 384));
        BigInteger s = new BigInteger(1, bigEndian(bytes, 516, 384));
        BigInteger q1 = new BigInteger(1, bigEndian(bytes, 1040, 384));
        BigInteger q2 = new BigInteger(1, bigEndian(bytes, 1424, 384));

        assertEquals(s.pow(2).divide(m), q1);
        assertEquals(s.pow(3).subtract(q1.multiply(s).multiply(m)).divide(m), q2);
    }

    @Test
    void passesAsItIs() throws Exception {
        assertEquals(Optional.empty(), sig.malformed());
        assertTrue(sig.signatureIsValid());
        byte[] modulus = java.util.Arrays.copyOfRange(sig.bytes(), 128, 512);
        assertArrayEquals(MessageDigest.getInstance("SHA-256").digest(modulus), sig.mrsigner());
    }

    @ParameterizedTest
    @CsvSource({"0, HEADER", "7, HEADER", "24, HEADER2", "39, HEADER2", "16, VENDOR=0x77", "512, EXPONENT=119",
        "44, reserved byte 44", "127, reserved byte 127", "910, reserved byte 910", "992, reserved byte 992",
        "1028, reserved byte 1028", "1039, reserved byte 1039"})
    void namesTheFieldThatHasNotItsOneValue(int at, String field) {
        assertEquals(Optional.of(field), changed(at, 0x77).malformed());
    }

    @Test
    void takesIntelAsVendor() {
        byte[] bytes = sig.bytes();
        bytes[16] = (byte) 0x86;
        bytes[17] = (byte) 0x80;
        assertEquals(Optional.empty(), SigStruct.of(bytes).malformed());
    }

    /** One bit of each kind of field: what is signed, the key, the signature, and each quotient. */
    @ParameterizedTest
    @CsvSource({"20", "40", "900", "904", "928", "944", "960", "991", "1024", "1027", "128", "511", "516", "899",
        "1040",
        "1423", "1424", "1807"})
    void refusesAChangedBit(int at) {
        assertFalse(changed(at, sig.bytes()[at] ^ 1).signatureIsValid());
    }

    @Test
    void isNeverValidAndNeverFailsOnWhateverBytes() {
        var random = new java.util.Random(2);
        for (int i = 0; i < 200; i++) {
            byte[] bytes = new byte[1808];
            random.nextBytes(bytes);
            assertFalse(SigStruct.of(bytes).signatureIsValid());
        }
        assertFalse(SigStruct.of(new byte[1808]).signatureIsValid());
    }

    @Test
    void refusesOtherLengthsAndKeys() throws Exception {
        assertEquals("a SIGSTRUCT has 1808 bytes, these are 1807",
                assertThrows(SgxRefused.class, () -> SigStruct.of(new byte[1807])).getMessage());
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(3072);
        KeyPair usual = generator.generateKeyPair();
        var statement = SigStruct.Statement.usual(new byte[32], 0x20261121, 0, 0, false);
        assertEquals("a SIGSTRUCT is signed with a key whose public exponent is 3",
                assertThrows(SgxRefused.class, () -> SigStruct.sign(statement, usual.getPrivate())).getMessage());
    }
}

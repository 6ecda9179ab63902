package org.kakuri.tee.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class P256Test {
    private static BigInteger url(String base64) {
        return new BigInteger(1, Base64.getUrlDecoder().decode(base64));
    }

    @Test
    void findsThePublicKeyOfTheRfcsExample() {
        // RFC 9783, A.1: the key of the example token as a JSON Web Key
        KeyPair pair = P256.fromScalar(url("Q__-y5X4CFp8QOHT6nkL7063jN131YUDpkwWAPkbM-c"));
        var point = ((ECPublicKey) pair.getPublic()).getW();
        assertEquals(url("Tl4iCZ47zrRbRG0TVf0dw7VFlHtv18HInYhnmMNybo8"), point.getAffineX());
        assertEquals(url("gNcLhAslaqw0pi7eEEM2TwRAlfADR0uR4Bggkq-xPy4"), point.getAffineY());
    }

    @Test
    void doublesAndNegatesTheGenerator() {
        ECPublicKey twice = (ECPublicKey) P256.fromScalar(BigInteger.TWO).getPublic();
        assertEquals("7cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978",
                twice.getW().getAffineX().toString(16));
        ECPublicKey last = (ECPublicKey) P256.fromScalar(twice.getParams().getOrder().subtract(BigInteger.ONE))
                .getPublic();
        assertEquals(twice.getParams().getGenerator().getAffineX(), last.getW().getAffineX());
        assertFalse(twice.getParams().getGenerator().getAffineY().equals(last.getW().getAffineY()));
    }

    @Test
    void makesTheSameKeyOfTheSameSecretAndNeverZero() {
        byte[] secret = new byte[40];
        assertEquals(BigInteger.ONE, ((ECPrivateKey) P256.fromSecret(secret).getPrivate()).getS());
        Arrays.fill(secret, (byte) 0x5a);
        assertArrayEquals(P256.fromSecret(secret).getPublic().getEncoded(),
                P256.fromSecret(secret.clone()).getPublic().getEncoded());
        assertEquals("secret of 39 bytes, at least 40",
                assertThrows(IllegalArgumentException.class, () -> P256.fromSecret(new byte[39])).getMessage());
    }
}

package org.kakuri.tee.model;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;

/**
 * Key pairs on P-256 from given secrets; the JDK generates random ones only.
 *
 * @rule FIPS 186-5, A.2.1 (private key from extra random bits); SEC 1 version 2, 2.2.1 (point addition)
 *
 *       <p>
 *       Divergence: the arithmetic takes a time that depends on the secret. The secret is a modelled one.
 */
public final class P256 {
    /** Bytes of secret that make a private key: 64 bits more than the order has. */
    public static final int SECRET_BYTES = 40;
    private static final BigInteger TWO = BigInteger.TWO;
    private static final BigInteger THREE = BigInteger.valueOf(3);

    private P256() {}

    /** Returns the pair that belongs to the secret. */
    public static KeyPair fromSecret(byte[] secret) {
        if (secret.length < SECRET_BYTES) {
            throw new IllegalArgumentException(
                    "secret of %d bytes, at least %d".formatted(secret.length, SECRET_BYTES));
        }
        BigInteger order = curve().getOrder();
        return fromScalar(new BigInteger(1, secret).mod(order.subtract(BigInteger.ONE)).add(BigInteger.ONE));
    }

    /** Returns the pair whose private key is that number. */
    static KeyPair fromScalar(BigInteger scalar) {
        ECParameterSpec curve = curve();
        try {
            KeyFactory factory = KeyFactory.getInstance("EC");
            return new KeyPair(
                    factory.generatePublic(new ECPublicKeySpec(multiply(curve, scalar, curve.getGenerator()), curve)),
                    factory.generatePrivate(new ECPrivateKeySpec(scalar, curve)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no EC keys on P-256", e);
        }
    }

    private static ECParameterSpec curve() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no curve P-256", e);
        }
    }

    private static ECPoint multiply(ECParameterSpec curve, BigInteger scalar, ECPoint point) {
        ECPoint sum = ECPoint.POINT_INFINITY;
        for (int bit = scalar.bitLength() - 1; bit >= 0; bit--) {
            sum = add(curve, sum, sum);
            if (scalar.testBit(bit)) {
                sum = add(curve, sum, point);
            }
        }
        return sum;
    }

    private static ECPoint add(ECParameterSpec curve, ECPoint one, ECPoint two) {
        if (one.equals(ECPoint.POINT_INFINITY)) {
            return two;
        }
        if (two.equals(ECPoint.POINT_INFINITY)) {
            return one;
        }
        BigInteger prime = ((ECFieldFp) curve.getCurve().getField()).getP();
        BigInteger slope;
        if (!one.getAffineX().equals(two.getAffineX())) {
            slope = two.getAffineY()
                    .subtract(one.getAffineY())
                    .multiply(two.getAffineX().subtract(one.getAffineX()).modInverse(prime));
        } else if (one.equals(two)) {
            slope = one.getAffineX()
                    .pow(2)
                    .multiply(THREE)
                    .add(curve.getCurve().getA())
                    .multiply(one.getAffineY().multiply(TWO).modInverse(prime));
        } else {
            return ECPoint.POINT_INFINITY;
        }
        BigInteger x = slope.pow(2).subtract(one.getAffineX()).subtract(two.getAffineX()).mod(prime);
        BigInteger y = slope.multiply(one.getAffineX().subtract(x)).subtract(one.getAffineY()).mod(prime);
        return new ECPoint(x, y);
    }
}

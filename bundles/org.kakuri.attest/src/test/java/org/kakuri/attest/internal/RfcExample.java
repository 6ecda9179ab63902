package org.kakuri.attest.internal;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.KeyFactory;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Base64;
import java.util.HexFormat;

/** The example token of RFC 9783, A.1, and the key it was signed with: made by others, so we cannot agree with ourselves. */
final class RfcExample {
    static final byte[] TOKEN = HexFormat.of()
            .parseHex("d28443a10126a0590100a819010058210102020202020202020202020202"
                    + "0202020202020202020202020202020202020219095c5820000000000000"
                    + "00000000000000000000000000000000000000000000000000000a582001"
                    + "010101010101010101010101010101010101010101010101010101010101"
                    + "0119095a1a7fffffff19095b19300019010978217461673a707361636572"
                    + "7469666965642e6f72672c323032333a7073612374666d19010c48000000"
                    + "000000000019095f81a30558200404040404040404040404040404040404"
                    + "040404040404040404040404040404025820030303030303030303030303"
                    + "0303030303030303030303030303030303030303016450526f545840786e"
                    + "937a4c42667af3847399319ca95c7e7dbabdc9b50fdb8de3f6bff4ab82ff"
                    + "80c42140e2a488000219e3e10663193da69c75f52b798ea10b2f7041a90e"
                    + "8e5a");

    private RfcExample() {}

    static ECPublicKey key() throws Exception {
        AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
        curve.init(new ECGenParameterSpec("secp256r1"));
        var point = new ECPoint(coordinate("Tl4iCZ47zrRbRG0TVf0dw7VFlHtv18HInYhnmMNybo8"),
                coordinate("gNcLhAslaqw0pi7eEEM2TwRAlfADR0uR4Bggkq-xPy4"));
        return (ECPublicKey) KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(point, curve.getParameterSpec(ECParameterSpec.class)));
    }

    private static BigInteger coordinate(String base64) {
        return new BigInteger(1, Base64.getUrlDecoder().decode(base64));
    }
}

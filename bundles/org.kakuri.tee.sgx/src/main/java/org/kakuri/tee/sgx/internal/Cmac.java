package org.kakuri.tee.sgx.internal;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/** AES-128-CMAC. @rule RFC 4493, 2.3 (subkeys) and 2.4 (MAC) */
final class Cmac {
    private static final int BLOCK = 16;

    private Cmac() {}

    /** Returns the MAC of a message. */
    static byte[] of(byte[] key, byte[] message) {
        try {
            Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
            aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
            byte[] k1 = doubled(aes.doFinal(new byte[BLOCK]));
            int last = Math.max(0, (message.length - 1) / BLOCK) * BLOCK;
            byte[] state = new byte[BLOCK];
            for (int at = 0; at < last; at += BLOCK) {
                xor(state, message, at, BLOCK);
                state = aes.doFinal(state);
            }
            int rest = message.length - last;
            xor(state, message, last, rest);
            if (rest < BLOCK) {
                state[rest] ^= (byte) 0x80;
                xor(state, doubled(k1), 0, BLOCK);
            } else {
                xor(state, k1, 0, BLOCK);
            }
            return aes.doFinal(state);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES", e);
        }
    }

    private static void xor(byte[] state, byte[] with, int at, int length) {
        for (int i = 0; i < length; i++) {
            state[i] ^= with[at + i];
        }
    }

    private static byte[] doubled(byte[] block) {
        byte[] twice = Arrays.copyOf(block, BLOCK);
        int carry = 0;
        for (int i = BLOCK - 1; i >= 0; i--) {
            int value = Byte.toUnsignedInt(block[i]) << 1 | carry;
            twice[i] = (byte) value;
            carry = value >>> 8;
        }
        twice[BLOCK - 1] ^= (byte) (carry * 0x87);
        return twice;
    }
}

package org.kakuri.tee.sgx.internal;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
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
            int rest = message.length - last;
            byte[] blocks = Arrays.copyOf(message, last + BLOCK);
            if (rest < BLOCK) {
                blocks[last + rest] = (byte) 0x80;
                xor(blocks, last, doubled(k1));
            } else {
                xor(blocks, last, k1);
            }
            Cipher chain = Cipher.getInstance("AES/CBC/NoPadding");
            chain.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[BLOCK]));
            byte[] all = chain.doFinal(blocks);
            return Arrays.copyOfRange(all, last, last + BLOCK);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES", e);
        }
    }

    private static void xor(byte[] bytes, int at, byte[] with) {
        for (int i = 0; i < BLOCK; i++) {
            bytes[at + i] ^= with[i];
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

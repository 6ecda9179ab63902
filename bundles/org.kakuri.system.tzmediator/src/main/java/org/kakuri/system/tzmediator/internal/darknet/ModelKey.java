package org.kakuri.system.tzmediator.internal.darknet;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key of a model's owner. What it encrypts is nonce, ciphertext and tag of AES-256-GCM under {@link #LABEL}, as
 * {@code workspace/guests/darknet/split.h} says.
 */
final class ModelKey {
    /** SPLIT_LABEL. */
    static final String LABEL = "kakuri darknet model";
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] key = new byte[32];

    /** Makes a new one. */
    ModelKey() {
        RANDOM.nextBytes(key);
    }

    /** Returns the key itself, for the TA only. */
    byte[] bytes() {
        return key.clone();
    }

    /** Encrypts under a fresh nonce. */
    byte[] encrypt(byte[] model) {
        byte[] nonce = new byte[NONCE];
        RANDOM.nextBytes(nonce);
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(LABEL.getBytes(StandardCharsets.US_ASCII));
            byte[] sealed = new byte[NONCE + cipher.getOutputSize(model.length)];
            System.arraycopy(nonce, 0, sealed, 0, NONCE);
            cipher.doFinal(model, 0, model.length, sealed, NONCE);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no AES-GCM", e);
        }
    }
}

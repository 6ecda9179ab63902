package org.kakuri.tee.trustzone.internal;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.kakuri.api.WrongState;

/**
 * AES-256-GCM with a random nonce in front of the ciphertext.
 *
 * @rule NIST SP 800-38D, 8.2.2 (random nonces of 96 bits: at most 2^32 messages under a key)
 */
public final class AesGcm {
    /** Bytes that a message grows by. */
    public static final int OVERHEAD = 12 + 16;
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    private final byte[] key;
    private final SecureRandom random = new SecureRandom();
    private volatile boolean forgotten;

    /**
     * @param key 32 bytes, copied
     */
    public AesGcm(byte[] key) {
        this.key = key.clone();
    }

    /** Returns nonce, ciphertext and tag. */
    public byte[] encrypt(byte[] associated, byte[] plain) {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, 0, associated);
            byte[] message = Arrays.copyOf(nonce, NONCE + plain.length + TAG_BITS / 8);
            cipher.doFinal(plain, 0, plain.length, message, NONCE);
            return message;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no AES-256-GCM", e);
        }
    }

    /** Returns the plaintext, empty if the message or what is associated is not what was encrypted under this key. */
    public Optional<byte[]> decrypt(byte[] associated, byte[] message) {
        if (message.length < OVERHEAD) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    cipher(Cipher.DECRYPT_MODE, message, 0, associated).doFinal(message, NONCE,
                            message.length - NONCE));
        } catch (AEADBadTagException _) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no AES-256-GCM", e);
        }
    }

    /** Overwrites the key; later calls throw {@link WrongState}. */
    public void forget() {
        forgotten = true;
        Arrays.fill(key, (byte) 0);
    }

    private Cipher cipher(int mode, byte[] nonce, int at, byte[] associated) throws GeneralSecurityException {
        if (forgotten) {
            throw new WrongState("the key is forgotten: its trusted application was destroyed", "load it again");
        }
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce, at, NONCE));
        cipher.updateAAD(associated);
        return cipher;
    }
}

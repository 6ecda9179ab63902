package org.kakuri.tee.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import org.kakuri.api.WrongState;

/**
 * The root secret that is fused into a machine, and keys derived from it by HKDF-SHA256 (RFC 5869). The secret itself never
 * leaves. A facility of every machine; thread-safe.
 */
public final class Fuses implements AutoCloseable {
    /** Bytes of a root secret. */
    public static final int ROOT_BYTES = 32;
    /** RFC 5869, section 2.3: L at most 255 times the length of the hash. */
    private static final int MAX_BYTES = 255 * 32;

    private final byte[] root = new byte[ROOT_BYTES];
    private boolean blown;

    /** Fuses a new random secret. */
    Fuses(SecureRandom random) {
        random.nextBytes(root);
    }

    /**
     * Takes a secret that was fused in earlier.
     *
     * @param known {@link #ROOT_BYTES} bytes, which are copied
     */
    Fuses(byte[] known) {
        if (known.length != ROOT_BYTES) {
            throw new IllegalArgumentException(
                    "a root secret has %d bytes, not %d".formatted(ROOT_BYTES, known.length));
        }
        System.arraycopy(known, 0, root, 0, ROOT_BYTES);
    }

    /**
     * Derives a key. Different labels or contexts give unrelated keys; other machines give others.
     *
     * @param label what the key is for, for example {@code ta-storage}
     * @param context whose it is, such as a measurement
     * @param length bytes wanted, 1 to 8160
     * @throws WrongState if the machine was closed
     */
    public synchronized byte[] derive(String label, byte[] context, int length) {
        if (length < 1 || length > MAX_BYTES) {
            throw new IllegalArgumentException("derived keys have 1 to " + MAX_BYTES + " bytes: length=" + length);
        }
        if (blown) {
            throw new WrongState("the machine's root secret is gone: label=" + label,
                    "the machine was closed; create the instance on another one");
        }
        byte[] name = label.getBytes(StandardCharsets.UTF_8);
        byte[] info = ByteBuffer.allocate(Integer.BYTES + name.length + context.length)
                .putInt(name.length)
                .put(name)
                .put(context)
                .array();
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract().addIKM(root).thenExpand(info, length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no HKDF-SHA256, which JDK 25 has: label=" + label, e);
        }
    }

    /** Overwrites the secret. Idempotent. */
    @Override
    public synchronized void close() {
        Arrays.fill(root, (byte) 0);
        blown = true;
    }
}

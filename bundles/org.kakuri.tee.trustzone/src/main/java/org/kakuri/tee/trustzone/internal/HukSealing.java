package org.kakuri.tee.trustzone.internal;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.kakuri.api.Refused;
import org.kakuri.api.tee.Sealing;
import org.kakuri.tee.model.Fuses;

/**
 * Sealing under a key derived from the hardware unique key, the application's UUID and its digest.
 *
 * <p>
 * Divergence: GlobalPlatform defines no sealing to code. The derivation (HKDF-SHA256, AES-256-GCM) is ours; OP-TEE derives by
 * HMAC and binds to the UUID only, as {@link org.kakuri.tee.trustzone.internal.storage.SecureFiles} does here.
 */
final class HukSealing implements Sealing {
    private static final int KEY_BYTES = 32;

    private final AesGcm cipher;

    HukSealing(Fuses fuses, UUID application, byte[] digest) {
        byte[] context = ByteBuffer.allocate(16 + digest.length)
                .putLong(application.getMostSignificantBits())
                .putLong(application.getLeastSignificantBits())
                .put(digest)
                .array();
        cipher = new AesGcm(fuses.derive("ta-sealing", context, KEY_BYTES));
    }

    @Override
    public byte[] seal(byte[] label, byte[] plain) {
        return cipher.encrypt(label, plain);
    }

    @Override
    public byte[] unseal(byte[] label, byte[] sealed) {
        return cipher.decrypt(label, sealed)
                .orElseThrow(() -> new Refused("sealed data refused: bytes=%d".formatted(sealed.length),
                        "it was sealed by other code, on another machine or under another label, or it was changed"));
    }

    void forget() {
        cipher.forget();
    }
}

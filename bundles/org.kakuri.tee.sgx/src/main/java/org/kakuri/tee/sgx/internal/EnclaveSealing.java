package org.kakuri.tee.sgx.internal;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.kakuri.api.Refused;
import org.kakuri.api.tee.Sealing;

/**
 * Sealing under the seal key: a KEYREQUEST, and behind it AES-128-GCM of the bytes with an empty nonce, since each message has a
 * key of its own by KEYID. The request and the label are authenticated. What was sealed before an upgrade of processor or enclave
 * opens after it, since EGETKEY gives keys of earlier versions; what was sealed after it does not open after a downgrade.
 *
 * <p>
 * Divergence: the layout is ours; that of Intel's SDK has the same parts.
 */
final class EnclaveSealing implements Sealing {
    private static final int TAG_BITS = 128;
    private final Credentials credentials;
    private final int policy;
    private final SecureRandom random = new SecureRandom();

    EnclaveSealing(Credentials credentials, int policy) {
        this.credentials = credentials;
        this.policy = policy;
    }

    @Override
    public byte[] seal(byte[] label, byte[] plain) {
        byte[] keyId = new byte[32];
        random.nextBytes(keyId);
        KeyRequest request = KeyRequest.of(KeyRequest.SEAL_KEY, policy, credentials.identity().isvSvn(),
                credentials.cpuSvn(), keyId);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, request, label).doFinal(plain);
            byte[] all = Arrays.copyOf(request.bytes(), KeyRequest.BYTES + sealed.length);
            System.arraycopy(sealed, 0, all, KeyRequest.BYTES, sealed.length);
            return all;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    @Override
    public byte[] unseal(byte[] label, byte[] sealed) {
        if (sealed.length < KeyRequest.BYTES + TAG_BITS / 8) {
            throw new Refused("sealed data refused: too short: bytes=" + sealed.length, "");
        }
        var request = new KeyRequest(Arrays.copyOf(sealed, KeyRequest.BYTES));
        if (request.name() != KeyRequest.SEAL_KEY) {
            throw new Refused("sealed data refused: KEYNAME=" + request.name(), "");
        }
        try {
            return cipher(Cipher.DECRYPT_MODE, request, label).doFinal(sealed, KeyRequest.BYTES,
                    sealed.length - KeyRequest.BYTES);
        } catch (AEADBadTagException _) {
            throw new Refused("sealed data refused: bytes=%d".formatted(sealed.length),
                    "it was sealed by other code, on another machine or under another label, or it was changed");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    private Cipher cipher(int mode, KeyRequest request, byte[] label) throws GeneralSecurityException {
        byte[] key = credentials.egetkey(request);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, new byte[12]));
        Arrays.fill(key, (byte) 0);
        cipher.updateAAD(request.bytes());
        cipher.updateAAD(label);
        return cipher;
    }
}

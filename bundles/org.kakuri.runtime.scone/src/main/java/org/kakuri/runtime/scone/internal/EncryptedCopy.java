package org.kakuri.runtime.scone.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.kakuri.api.KakuriException;
import org.kakuri.api.tee.SharedMemory;
import org.kakuri.platform.linux.RemoteMemory;
import org.kakuri.runtime.libos.HostedInstance;
import org.kakuri.runtime.libos.PhaseClock;
import org.kakuri.runtime.libos.PhaseClock.Phase;
import org.kakuri.runtime.libos.ProcessPages;
import org.kakuri.runtime.libos.ProcessPages.Piece;

/**
 * Carries the memory of a forked process from one instance to another. Both agree on a key (X25519); where the backend attests,
 * each binds its public key into evidence of its own. Then every page that the process has written goes through shared memory,
 * AES-256-GCM with the piece's address as associated data, and is decrypted in the other instance.
 * <p>
 * The evidence is made and its price shows in the ledger; it is not appraised here, because runtimes import no verifier.
 *
 * @param from the parent's instance
 * @param to the child's
 * @param attests whether the backend makes evidence
 */
record EncryptedCopy(HostedInstance from, HostedInstance to, boolean attests) {
    private static final int PIECE = 256 << 10;
    private static final int TAG = 16;
    private static final int NONCE = 12;

    /**
     * What was done.
     *
     * @param copied bytes that were carried over
     * @param left bytes for which the other heap had no room
     */
    record Done(long copied, long left) {}

    Done of(int pid, PhaseClock clock) {
        SecretKeySpec key;
        try (var _ = clock.in(Phase.ATTEST)) {
            key = agree();
        } catch (GeneralSecurityException e) {
            throw new KakuriException("instances cannot agree on a key: " + e.getMessage(), "", e);
        }
        try (SharedMemory shared = from.share(PIECE + TAG); Arena arena = Arena.ofConfined()) {
            return carry(pid, key, shared.segment(), arena.allocate(PIECE), clock);
        } catch (GeneralSecurityException e) {
            throw new KakuriException("a copied page does not decrypt: " + e.getMessage(), "", e);
        }
    }

    private SecretKeySpec agree() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("X25519");
        KeyPair parent = generator.generateKeyPair();
        KeyPair child = generator.generateKeyPair();
        if (attests) {
            from.attest(digest(parent.getPublic()));
            to.attest(digest(child.getPublic()));
        }
        byte[] one = secret(parent, child.getPublic());
        byte[] other = secret(child, parent.getPublic());
        if (!MessageDigest.isEqual(one, other)) {
            throw new GeneralSecurityException("both sides computed another secret");
        }
        return new SecretKeySpec(MessageDigest.getInstance("SHA-256").digest(one), "AES");
    }

    private static byte[] digest(PublicKey key) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
    }

    private static byte[] secret(KeyPair own, PublicKey peer) throws GeneralSecurityException {
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(own.getPrivate());
        agreement.doPhase(peer, true);
        return agreement.generateSecret();
    }

    private Done carry(int pid, SecretKeySpec key, MemorySegment shared, MemorySegment plain, PhaseClock clock)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        long room = to.heap().byteSize();
        long copied = 0;
        long left = 0;
        for (Piece piece : ProcessPages.written(pid, PIECE)) {
            if (copied + piece.bytes() > room) {
                left += piece.bytes();
                continue;
            }
            MemorySegment bytes = plain.asSlice(0, piece.bytes());
            MemorySegment sealed = shared.asSlice(0, piece.bytes() + TAG);
            try (var _ = clock.in(Phase.COPY)) {
                if (RemoteMemory.readRaw(pid, piece.address(), bytes) != piece.bytes()) {
                    continue;
                }
            }
            try (var _ = clock.in(Phase.CRYPTO)) {
                crypt(cipher, Cipher.ENCRYPT_MODE, key, piece.address(), bytes, sealed);
                crypt(cipher, Cipher.DECRYPT_MODE, key, piece.address(), sealed,
                        to.heap().asSlice(copied, piece.bytes()));
            }
            copied += piece.bytes();
        }
        return new Done(copied, left);
    }

    /** Pieces have different addresses, and a key is used for one copy: no nonce comes twice. */
    private static void crypt(Cipher cipher, int mode, SecretKeySpec key, long address, MemorySegment from,
            MemorySegment to) throws GeneralSecurityException {
        byte[] nonce = ByteBuffer.allocate(NONCE).putLong(address).array();
        cipher.init(mode, key, new GCMParameterSpec(TAG * 8, nonce));
        cipher.updateAAD(nonce);
        cipher.doFinal(from.asByteBuffer(), to.asByteBuffer());
    }
}

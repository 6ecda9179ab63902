package org.kakuri.runtime.scone.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.kakuri.api.KakuriException;
import org.kakuri.platform.linux.RemoteMemory;
import org.kakuri.runtime.libos.PhaseClock;
import org.kakuri.runtime.libos.PhaseClock.Phase;
import org.kakuri.runtime.libos.ProcessPages;
import org.kakuri.runtime.libos.ProcessPages.Piece;

/**
 * Carries the memory of a forked process from one instance to another, which have agreed on a key: every page that the process has
 * written goes through shared memory, in messages of AES-256-GCM with the pages' addresses as associated data, and is decrypted in the
 * other instance.
 *
 * @param key what both instances have
 * @param shared memory that both reach
 * @param heap where it goes
 */
record EncryptedCopy(SecretKey key, MemorySegment shared, MemorySegment heap) {
    /** Bytes of shared memory that are needed. */
    static final int SHARED = 1 << 20;
    private static final int TAG = 16;
    private static final int MESSAGE = SHARED - 4096;
    private static final int NONCE = 12;

    /**
     * What was done.
     *
     * @param copied bytes that were carried over
     * @param left bytes for which the other heap had no room
     */
    record Done(long copied, long left) {}

    /** Copies what the process has written. */
    Done of(int pid, PhaseClock clock) {
        List<Piece> pieces;
        try (var _ = clock.in(Phase.COPY)) {
            pieces = ProcessPages.written(pid, MESSAGE);
        }
        long copied = 0;
        long left = 0;
        List<Piece> message = new ArrayList<>();
        int bytes = 0;
        for (Piece piece : pieces) {
            if (copied + bytes + piece.bytes() > heap.byteSize()) {
                left += piece.bytes();
                continue;
            }
            if (bytes + piece.bytes() > MESSAGE || message.size() == RemoteMemory.MOST_PIECES) {
                copied += carry(pid, message, bytes, copied, clock);
                message.clear();
                bytes = 0;
            }
            message.add(piece);
            bytes += piece.bytes();
        }
        return new Done(copied + carry(pid, message, bytes, copied, clock), left);
    }

    /** Carries one message; nothing if the process is gone meanwhile. */
    private long carry(int pid, List<Piece> pieces, int length, long at, PhaseClock clock) {
        if (pieces.isEmpty()) {
            return 0;
        }
        byte[] bytes = new byte[length + TAG];
        try (Arena arena = Arena.ofConfined(); var _ = clock.in(Phase.COPY)) {
            MemorySegment pages = arena.allocate(length);
            if (RemoteMemory.gatherRaw(pid, pieces.stream().mapToLong(Piece::address).toArray(),
                    pieces.stream().mapToInt(Piece::bytes).toArray(), pages) != length) {
                return 0;
            }
            MemorySegment.copy(pages, ValueLayout.JAVA_BYTE, 0, bytes, 0, length);
        }
        try (var _ = clock.in(Phase.CRYPTO)) {
            byte[] where = where(pieces);
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            int sealed = crypt(cipher, Cipher.ENCRYPT_MODE, at, where, bytes, length);
            MemorySegment.copy(bytes, 0, shared, ValueLayout.JAVA_BYTE, 0, sealed);
            MemorySegment.copy(shared, ValueLayout.JAVA_BYTE, 0, bytes, 0, sealed);
            crypt(cipher, Cipher.DECRYPT_MODE, at, where, bytes, sealed);
            MemorySegment.copy(bytes, 0, heap, ValueLayout.JAVA_BYTE, at, length);
            return length;
        } catch (GeneralSecurityException e) {
            throw new KakuriException("copied pages do not decrypt: " + e.getMessage(), "", e);
        }
    }

    private static byte[] where(List<Piece> pieces) {
        ByteBuffer where = ByteBuffer.allocate(12 * pieces.size());
        pieces.forEach(piece -> where.putLong(piece.address()).putInt(piece.bytes()));
        return where.array();
    }

    /** In place. Messages go to different places of the heap, and a key is used for one copy: no nonce comes twice. */
    private int crypt(Cipher cipher, int mode, long at, byte[] where, byte[] bytes, int length)
            throws GeneralSecurityException {
        cipher.init(mode, key, new GCMParameterSpec(TAG * 8, ByteBuffer.allocate(NONCE).putLong(at).array()));
        cipher.updateAAD(where);
        return cipher.doFinal(bytes, 0, length, bytes, 0);
    }
}

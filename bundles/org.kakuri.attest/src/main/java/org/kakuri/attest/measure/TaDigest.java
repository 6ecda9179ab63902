package org.kakuri.attest.measure;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.kakuri.api.tee.Perms;

/**
 * The digest of a trusted application: SHA-256 over its attachments in the order they were made, each as
 *
 * <table>
 * <caption>One attachment</caption>
 * <tr><th>bytes</th><th>field</th></tr>
 * <tr><td>8</td><td>guest address, big endian</td></tr>
 * <tr><td>8</td><td>length in bytes, big endian</td></tr>
 * <tr><td>1</td><td>permissions: read 4, write 2, execute 1</td></tr>
 * <tr><td>length</td><td>content</td></tr>
 * </table>
 *
 * <p>
 * Divergence: the layout is Kakuri's own. GlobalPlatform defines none, and OP-TEE digests the signed TA file. Not
 * thread-safe.
 */
public final class TaDigest {
    private final MessageDigest digest;

    /** Starts with nothing attached. */
    public TaDigest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Adds an attachment. */
    public TaDigest attach(long guestAddress, Perms perms, byte[] content) {
        bigEndian(guestAddress);
        bigEndian(content.length);
        digest.update((byte) ((perms.read() ? 4 : 0) + (perms.write() ? 2 : 0) + (perms.execute() ? 1 : 0)));
        digest.update(content);
        return this;
    }

    /** Returns the digest and starts anew. */
    public byte[] digest() {
        return digest.digest();
    }

    private void bigEndian(long value) {
        for (int shift = 56; shift >= 0; shift -= 8) {
            digest.update((byte) (value >>> shift));
        }
    }
}

package org.kakuri.attest.sgx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * The measurement of an enclave, replayed instruction by instruction. Not thread-safe.
 *
 * @rule Intel SDM vol. 3D, 39.4.1.1 (MRENCLAVE); ECREATE, EADD, EEXTEND, operation: TMPUPDATEFIELD
 */
public final class Mrenclave {
    /** Bytes of a page. */
    public static final int PAGE = 4096;
    /** Bytes that one EEXTEND measures. */
    public static final int CHUNK = 256;
    /** SECINFO.FLAGS of a page that may be read. */
    public static final long R = 1;
    /** SECINFO.FLAGS of a page that may be written. */
    public static final long W = 2;
    /** SECINFO.FLAGS of a page that may be executed. */
    public static final long X = 4;
    /** SECINFO.FLAGS of a thread control structure: PT_TCS. */
    public static final long TCS = 1 << 8;
    /** SECINFO.FLAGS of an ordinary page: PT_REG. */
    public static final long REG = 2 << 8;

    private static final int RECORD = 64;
    private static final long ECREATE = 0x0045544145524345L;
    private static final long EADD = 0x0000000044444145L;
    private static final long EEXTEND = 0x00444E4554584545L;

    private final MessageDigest digest;

    private Mrenclave() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * Begins.
     *
     * @param ssaFrameSize SECS.SSAFRAMESIZE, in pages
     * @param size SECS.SIZE, in bytes
     */
    public static Mrenclave ecreate(int ssaFrameSize, long size) {
        var begun = new Mrenclave();
        begun.digest.update(record(ECREATE).putInt(ssaFrameSize).putLong(size).array());
        return begun;
    }

    private static ByteBuffer record(long tag) {
        return ByteBuffer.allocate(RECORD).order(ByteOrder.LITTLE_ENDIAN).putLong(tag);
    }

    /**
     * Adds a page.
     *
     * @param offset from the enclave's base
     * @param flags SECINFO.FLAGS
     */
    public Mrenclave eadd(long offset, long flags) {
        digest.update(record(EADD).putLong(offset).putLong(flags).array());
        return this;
    }

    /**
     * Measures a chunk.
     *
     * @param offset of the chunk from the enclave's base
     * @param bytes where the chunk lies
     * @param at where it begins in them
     */
    public Mrenclave eextend(long offset, byte[] bytes, int at) {
        digest.update(record(EEXTEND).putLong(offset).array());
        digest.update(bytes, at, CHUNK);
        return this;
    }

    /** Adds whole pages and measures all of them; what lacks to a whole page counts as zeros. */
    public Mrenclave pages(long offset, long flags, byte[] content) {
        for (int at = 0; at < content.length; at += PAGE) {
            byte[] page = Arrays.copyOfRange(content, at, at + PAGE);
            eadd(offset + at, flags);
            for (int chunk = 0; chunk < PAGE; chunk += CHUNK) {
                eextend(offset + at + chunk, page, chunk);
            }
        }
        return this;
    }

    /** Returns the value that EINIT finalises; to be called once. */
    public byte[] finish() {
        return digest.digest();
    }
}

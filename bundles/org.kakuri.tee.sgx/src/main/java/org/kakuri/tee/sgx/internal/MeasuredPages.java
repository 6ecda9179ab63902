package org.kakuri.tee.sgx.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Perms;
import org.kakuri.tee.model.memory.PhysicalSpace;
import org.kakuri.tee.model.x86.PageType;

/**
 * MRENCLAVE while an enclave is built: SHA-256 over one record of 64 bytes for each instruction, all fields
 * little-endian, and for EEXTEND the 256 bytes behind it. Not thread-safe.
 *
 * <pre>
 * offset | ECREATE           | EADD                  | EEXTEND
 * 0      | "ECREATE\0"       | "EADD\0\0\0\0"        | "EEXTEND\0"
 * 8      | SSAFRAMESIZE (4)  | ENCLAVEOFFSET (8)     | ENCLAVEOFFSET (8)
 * 12     | SIZE (8)          |                       |
 * 16     |                   | SECINFO, bytes 0..47  | zeros
 * 20     | zeros             |                       |
 * </pre>
 *
 * @rule Intel SDM vol. 3D, ECREATE, EADD and EEXTEND, operation: TMPUPDATEFIELD; EINIT: SHA256FINALIZE
 */
final class MeasuredPages {
    /** Bytes that one EEXTEND measures. */
    static final int CHUNK = 256;
    private static final int RECORD = 64;
    private static final int PAGE = (int) PhysicalSpace.PAGE;

    private final MessageDigest digest;

    /** Begins with the record of ECREATE. */
    MeasuredPages(int ssaFrameSize, long size) {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        update(record("ECREATE").putInt(ssaFrameSize).putLong(size));
    }

    private static ByteBuffer record(String tag) {
        return ByteBuffer.allocate(RECORD)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(java.util.Arrays.copyOf(tag.getBytes(StandardCharsets.US_ASCII), 8));
    }

    private void update(ByteBuffer record) {
        digest.update(record.array());
    }

    /** Measures pages as they are in the backing now, each by EADD and sixteen EEXTEND. */
    void add(long enclaveOffset, Backing backing, PageType type, Perms perms) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment page = arena.allocate(PAGE);
            ByteBuffer bytes = page.asByteBuffer();
            for (long at = 0; at < backing.bytes(); at += PAGE) {
                update(record("EADD").putLong(enclaveOffset + at).putLong(flags(type, perms)));
                backing.read(at, page);
                for (int chunk = 0; chunk < PAGE; chunk += CHUNK) {
                    update(record("EEXTEND").putLong(enclaveOffset + at + chunk));
                    digest.update(bytes.duplicate().position(chunk).limit(chunk + CHUNK));
                }
            }
        }
    }

    /** Returns SECINFO.FLAGS (SDM vol. 3D, 38.11.1); EADD measures a TCS without permissions. */
    private static long flags(PageType type, Perms perms) {
        long rwx = (perms.read() ? 1 : 0) | (perms.write() ? 2 : 0) | (perms.execute() ? 4 : 0);
        return (type == PageType.PT_TCS ? 0 : rwx) | (long) type.ordinal() << 8;
    }

    /** Returns the final value. */
    byte[] finish() {
        return digest.digest();
    }
}

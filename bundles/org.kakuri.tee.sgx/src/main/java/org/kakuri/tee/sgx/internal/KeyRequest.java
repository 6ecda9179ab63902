package org.kakuri.tee.sgx.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What an enclave hands to EGETKEY. Little-endian; what is not listed is reserved and must be zero.
 *
 * <pre>
 * offset | size | field
 * 0      | 2    | KEYNAME
 * 2      | 2    | KEYPOLICY: bit 0 MRENCLAVE, bit 1 MRSIGNER
 * 4      | 2    | ISVSVN
 * 8      | 16   | CPUSVN
 * 24     | 16   | ATTRIBUTEMASK
 * 40     | 32   | KEYID
 * 72     | 4    | MISCMASK
 * </pre>
 *
 * @rule Intel SDM vol. 3D, 38.17 (KEYREQUEST), tables 38-23 to 38-25
 * @param bytes all 512 of them
 */
record KeyRequest(byte[] bytes) {
    static final int BYTES = 512;
    static final int EINITTOKEN_KEY = 0;
    static final int PROVISION_KEY = 1;
    static final int PROVISION_SEAL_KEY = 2;
    static final int REPORT_KEY = 3;
    static final int SEAL_KEY = 4;
    static final int POLICY_MRENCLAVE = 1;
    static final int POLICY_MRSIGNER = 2;
    private static final int FIELDS_END = 76;

    KeyRequest {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a KEYREQUEST has 512 bytes: " + bytes.length);
        }
        bytes = bytes.clone();
    }

    static KeyRequest of(int name, int policy, int isvSvn, byte[] cpuSvn, byte[] keyId) {
        return new KeyRequest(ByteBuffer.allocate(BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(0, (short) name)
                .putShort(2, (short) policy)
                .putShort(4, (short) isvSvn)
                .put(8, cpuSvn, 0, 16)
                .putLong(24, -1)
                .putLong(32, 0)
                .put(40, keyId, 0, 32)
                .putInt(72, -1)
                .array());
    }

    private ByteBuffer fields() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    int name() {
        return Short.toUnsignedInt(fields().getShort(0));
    }

    int policy() {
        return Short.toUnsignedInt(fields().getShort(2));
    }

    int isvSvn() {
        return Short.toUnsignedInt(fields().getShort(4));
    }

    byte[] cpuSvn() {
        return Arrays.copyOfRange(bytes, 8, 24);
    }

    long attributeMask() {
        return fields().getLong(24);
    }

    long xfrmMask() {
        return fields().getLong(32);
    }

    byte[] keyId() {
        return Arrays.copyOfRange(bytes, 40, 72);
    }

    int miscMask() {
        return fields().getInt(72);
    }

    /** Returns whether what must be zero is zero. */
    boolean reservedIsZero() {
        boolean zero = bytes[6] == 0 && bytes[7] == 0 && policy() >>> 2 == 0;
        for (int at = FIELDS_END; at < BYTES; at++) {
            zero &= bytes[at] == 0;
        }
        return zero;
    }
}

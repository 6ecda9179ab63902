package org.kakuri.attest.sgx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What a report says of an enclave. Numbers are little-endian; what is not listed is reserved.
 *
 * <pre>
 * offset | size | field
 * 0      | 16   | CPUSVN
 * 16     | 4    | MISCSELECT
 * 48     | 8    | ATTRIBUTES, the flags
 * 56     | 8    | ATTRIBUTES, XFRM
 * 64     | 32   | MRENCLAVE
 * 128    | 32   | MRSIGNER
 * 256    | 2    | ISVPRODID
 * 258    | 2    | ISVSVN
 * 320    | 64   | REPORTDATA
 * </pre>
 *
 * @rule Intel SDM vol. 3D, 38.15 (REPORT), table 38-21
 * @param bytes all 384 of them
 */
public record ReportBody(byte[] bytes) {
    /** Its length. */
    public static final int BYTES = 384;
    /** ATTRIBUTES: the enclave was initialised. */
    public static final long INIT = 1;
    /** ATTRIBUTES: a debugger may read and write it. */
    public static final long DEBUG = 2;
    /** ATTRIBUTES: it runs in 64-bit mode. */
    public static final long MODE64BIT = 4;
    /** ATTRIBUTES: it may ask for provisioning keys. */
    public static final long PROVISIONKEY = 16;
    /** ATTRIBUTES: it may ask for the EINIT token key. */
    public static final long EINITTOKENKEY = 32;

    /**
     * Copies the bytes.
     *
     * @throws SgxRefused if they are not 384
     */
    public ReportBody {
        if (bytes.length != BYTES) {
            throw new SgxRefused("a report body has %d bytes, these are %d".formatted(BYTES, bytes.length));
        }
        bytes = bytes.clone();
    }

    /**
     * The identity of an enclave.
     *
     * @param miscSelect MISCSELECT
     * @param attributes ATTRIBUTES, the flags
     * @param xfrm ATTRIBUTES, XFRM
     * @param mrenclave MRENCLAVE
     * @param mrsigner MRSIGNER
     * @param isvProdId ISVPRODID
     * @param isvSvn ISVSVN
     */
    public record Identity(int miscSelect, long attributes, long xfrm, byte[] mrenclave, byte[] mrsigner,
            int isvProdId, int isvSvn) {
        /** Copies the hashes. */
        public Identity {
            mrenclave = mrenclave.clone();
            mrsigner = mrsigner.clone();
        }

        /** Returns a copy. */
        @Override
        public byte[] mrenclave() {
            return mrenclave.clone();
        }

        /** Returns a copy. */
        @Override
        public byte[] mrsigner() {
            return mrsigner.clone();
        }
    }

    /** Returns the body of a report about an enclave. */
    public static ReportBody of(byte[] cpuSvn, Identity identity, byte[] reportData) {
        return new ReportBody(ByteBuffer.allocate(BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(0, cpuSvn, 0, 16)
                .putInt(16, identity.miscSelect)
                .putLong(48, identity.attributes)
                .putLong(56, identity.xfrm)
                .put(64, identity.mrenclave, 0, 32)
                .put(128, identity.mrsigner, 0, 32)
                .putShort(256, (short) identity.isvProdId)
                .putShort(258, (short) identity.isvSvn)
                .put(320, reportData)
                .array());
    }

    private ByteBuffer fields() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns a copy. */
    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Returns CPUSVN. */
    public byte[] cpuSvn() {
        return Arrays.copyOf(bytes, 16);
    }

    /** Returns MISCSELECT. */
    public int miscSelect() {
        return fields().getInt(16);
    }

    /** Returns ATTRIBUTES: flags and XFRM, 16 bytes. */
    public byte[] attributes() {
        return Arrays.copyOfRange(bytes, 48, 64);
    }

    /** Returns the flags of ATTRIBUTES. */
    public long flags() {
        return fields().getLong(48);
    }

    /** Returns XFRM of ATTRIBUTES. */
    public long xfrm() {
        return fields().getLong(56);
    }

    /** Returns whether a debugger may read and write the enclave. */
    public boolean debug() {
        return (flags() & DEBUG) != 0;
    }

    /** Returns MRENCLAVE. */
    public byte[] mrenclave() {
        return Arrays.copyOfRange(bytes, 64, 96);
    }

    /** Returns MRSIGNER. */
    public byte[] mrsigner() {
        return Arrays.copyOfRange(bytes, 128, 160);
    }

    /** Returns ISVPRODID. */
    public int isvProdId() {
        return Short.toUnsignedInt(fields().getShort(256));
    }

    /** Returns ISVSVN. */
    public int isvSvn() {
        return Short.toUnsignedInt(fields().getShort(258));
    }

    /** Returns REPORTDATA. */
    public byte[] reportData() {
        return Arrays.copyOfRange(bytes, 320, BYTES);
    }
}

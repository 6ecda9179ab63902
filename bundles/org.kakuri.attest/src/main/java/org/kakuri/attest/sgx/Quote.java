package org.kakuri.attest.sgx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * An ECDSA quote, version 3, with a chain of PCK certificates. Numbers are little-endian; the offset of each field is given from the
 * start of its part.
 *
 * <pre>
 * part            | offset | size | field
 * header, at 0    | 0      | 2    | version: 3
 *                 | 2      | 2    | attestation key type: 2, ECDSA-256-with-P-256
 *                 | 4      | 4    | TEE type: 0, SGX
 *                 | 8      | 2    | QE SVN
 *                 | 10     | 2    | PCE SVN
 *                 | 12     | 16   | QE vendor id
 *                 | 28     | 20   | user data: the first 16 bytes identify the QE
 * body, at 48     | 0      | 384  | report body of the enclave
 * length, at 432  | 0      | 4    | of what follows
 * signature, 436  | 0      | 64   | by the attestation key, over header and body
 *                 | 64     | 64   | attestation key
 *                 | 128    | 384  | report body of the QE
 *                 | 512    | 64   | by the PCK, over the QE's report body
 *                 | 576    | 2    | length of the QE's authentication data
 *                 | 578    |      | QE authentication data
 * certification   | 0      | 2    | type: 5, chain of PCK certificates in PEM
 *                 | 2      | 4    | length
 *                 | 6      |      | certification data
 * </pre>
 *
 * @rule Intel SGX ECDSA QuoteLib Reference (DCAP API), appendix A: tables 2 to 9
 * @param header 48 bytes
 * @param report what is quoted
 * @param signature r followed by s
 * @param attestationKey x followed by y
 * @param qeReport the quoting enclave's report
 * @param qeSignature r followed by s
 * @param qeAuthData the quoting enclave's authentication data
 * @param certificationType 1 to 7
 * @param certificationData what that type says
 */
public record Quote(byte[] header, ReportBody report, byte[] signature, byte[] attestationKey, ReportBody qeReport,
        byte[] qeSignature, byte[] qeAuthData, int certificationType, byte[] certificationData) {
    /** What Kakuri calls quotes; there is no registered media type. */
    public static final String FORMAT = "application/vnd.intel.sgx-quote.v3";
    /** Most bytes that are looked at. */
    public static final int MAX_BYTES = 64 * 1024;
    /** Certification data are the chain of PCK certificates. */
    public static final int PCK_CHAIN = 5;
    static final int HEADER = 48;
    private static final int SIGNED = HEADER + ReportBody.BYTES;
    private static final int FIXED = 3 * Ecdsa.RAW + ReportBody.BYTES;

    /**
     * Reads one. That it is one says nothing about who made it.
     *
     * @throws SgxRefused naming the first field that does not fit
     */
    public static Quote of(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new SgxRefused("not a quote: %d bytes, at most %d are looked at".formatted(bytes.length, MAX_BYTES));
        }
        var in = new Fields(bytes);
        byte[] header = in.take("header", HEADER);
        ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        require("version", Short.toUnsignedInt(fields.getShort(0)), 3);
        require("attestation key type", Short.toUnsignedInt(fields.getShort(2)), 2);
        require("TEE type", Integer.toUnsignedLong(fields.getInt(4)), 0);
        var report = new ReportBody(in.take("report body", ReportBody.BYTES));
        long length = in.number("signature data length", 4);
        require("signature data length", length, bytes.length - SIGNED - 4L);
        byte[] signature = in.take("signature", Ecdsa.RAW);
        byte[] key = in.take("attestation key", Ecdsa.RAW);
        var qeReport = new ReportBody(in.take("QE report body", ReportBody.BYTES));
        byte[] qeSignature = in.take("QE report signature", Ecdsa.RAW);
        byte[] auth = in.take("QE authentication data", in.number("QE authentication data length", 2));
        int type = (int) in.number("certification data type", 2);
        byte[] certification = in.take("certification data", in.number("certification data length", 4));
        in.end();
        return new Quote(header, report, signature, key, qeReport, qeSignature, auth, type, certification);
    }

    private static void require(String field, long found, long expected) {
        if (found != expected) {
            throw new SgxRefused("not a quote: %s is %d, expected %d".formatted(field, found, expected));
        }
    }

    /** Bytes that are taken from the front. */
    private static final class Fields {
        private final byte[] bytes;
        private int at;

        Fields(byte[] bytes) {
            this.bytes = bytes;
        }

        byte[] take(String field, long length) {
            if (length > bytes.length - at) {
                throw new SgxRefused("not a quote: %s has %d bytes where %d are left, at byte %d".formatted(field,
                        length, bytes.length - at, at));
            }
            at += (int) length;
            return Arrays.copyOfRange(bytes, at - (int) length, at);
        }

        long number(String field, int size) {
            byte[] number = take(field, size);
            long value = 0;
            for (int i = size - 1; i >= 0; i--) {
                value = value << 8 | number[i] & 0xff;
            }
            return value;
        }

        void end() {
            if (at != bytes.length) {
                throw new SgxRefused(
                        "not a quote: %d bytes behind its end, at byte %d".formatted(bytes.length - at, at));
            }
        }
    }

    /**
     * Returns a header.
     *
     * @param qeSvn the quoting enclave's version
     * @param pceSvn the provisioning certification enclave's version
     * @param vendor 16 bytes
     * @param userData 20 bytes
     */
    public static byte[] header(int qeSvn, int pceSvn, byte[] vendor, byte[] userData) {
        return ByteBuffer.allocate(HEADER)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) 3)
                .putShort((short) 2)
                .putInt(0)
                .putShort((short) qeSvn)
                .putShort((short) pceSvn)
                .put(vendor, 0, 16)
                .put(userData, 0, 20)
                .array();
    }

    /** Returns what the attestation key signs. */
    public static byte[] signed(byte[] header, ReportBody report) {
        return ByteBuffer.allocate(SIGNED).put(header).put(report.bytes()).array();
    }

    /** Returns what the QE's report must contain of an attestation key. */
    public static byte[] binding(byte[] attestationKey, byte[] qeAuthData) {
        return Arrays.copyOf(Hashes.sha256(attestationKey, qeAuthData), Ecdsa.RAW);
    }

    /** Returns the bytes. */
    public byte[] encode() {
        int length = FIXED + 2 + qeAuthData.length + 6 + certificationData.length;
        return ByteBuffer.allocate(SIGNED + 4 + length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(header)
                .put(report.bytes())
                .putInt(length)
                .put(signature)
                .put(attestationKey)
                .put(qeReport.bytes())
                .put(qeSignature)
                .putShort((short) qeAuthData.length)
                .put(qeAuthData)
                .putShort((short) certificationType)
                .putInt(certificationData.length)
                .put(certificationData)
                .array();
    }

    /** Returns the QE's version. */
    public int qeSvn() {
        return Short.toUnsignedInt(ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getShort(8));
    }

    /** Returns the PCE's version. */
    public int pceSvn() {
        return Short.toUnsignedInt(ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getShort(10));
    }

    /** Returns the QE's vendor. */
    public byte[] qeVendor() {
        return Arrays.copyOfRange(header, 12, 28);
    }
}

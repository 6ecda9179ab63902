package org.kakuri.attest.sgx;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.RSAPrivateKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * An enclave's signature structure. Numbers are little-endian; what is signed is marked.
 *
 * <pre>
 * offset | size | field                        | signed
 * 0      | 16   | HEADER                       | yes
 * 16     | 4    | VENDOR                       | yes
 * 20     | 4    | DATE: yyyymmdd as hex digits | yes
 * 24     | 16   | HEADER2                      | yes
 * 40     | 4    | SWDEFINED                    | yes
 * 44     | 84   | reserved, zero               | yes
 * 128    | 384  | MODULUS                      |
 * 512    | 4    | EXPONENT: 3                  |
 * 516    | 384  | SIGNATURE                    |
 * 900    | 4    | MISCSELECT                   | yes
 * 904    | 4    | MISCMASK                     | yes
 * 908    | 2    | CET_ATTRIBUTES and its mask  | yes
 * 910    | 2    | reserved, zero               | yes
 * 912    | 16   | ISVFAMILYID                  | yes
 * 928    | 16   | ATTRIBUTES                   | yes
 * 944    | 16   | ATTRIBUTEMASK                | yes
 * 960    | 32   | ENCLAVEHASH                  | yes
 * 992    | 16   | reserved, zero               | yes
 * 1008   | 16   | ISVEXTPRODID                 | yes
 * 1024   | 2    | ISVPRODID                    | yes
 * 1026   | 2    | ISVSVN                       | yes
 * 1028   | 12   | reserved, zero               |
 * 1040   | 384  | Q1                           |
 * 1424   | 384  | Q2                           |
 * </pre>
 *
 * @rule Intel SDM vol. 3D, 38.13 (SIGSTRUCT), table 38-19
 */
public final class SigStruct {
    /** Its length. */
    public static final int BYTES = 1808;
    private static final int KEY_BYTES = 384;
    private static final int MODULUS = 128;
    private static final int EXPONENT = 512;
    private static final int SIGNATURE = 516;
    private static final int BODY = 900;
    private static final int BODY_END = 1028;
    private static final int Q1 = 1040;
    private static final int Q2 = 1424;
    private static final byte[] HEADER = HexFormat.of().parseHex("06000000e10000000000010000000000");
    private static final byte[] HEADER2 = HexFormat.of().parseHex("01010000600000006000000001000000");
    private static final int INTEL = 0x8086;

    private final byte[] bytes;
    private final ByteBuffer fields;

    private SigStruct(byte[] bytes) {
        this.bytes = bytes;
        this.fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Reads one; nothing is checked but its length.
     *
     * @throws SgxRefused if it has another length
     */
    public static SigStruct of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new SgxRefused("a SIGSTRUCT has %d bytes, these are %d".formatted(BYTES, bytes.length));
        }
        return new SigStruct(bytes.clone());
    }

    /**
     * What a signer states.
     *
     * @param mrenclave ENCLAVEHASH
     * @param date DATE, for example 0x20261121
     * @param attributes ATTRIBUTES, the flags
     * @param xfrm ATTRIBUTES, XFRM
     * @param attributeMask which of the flags count
     * @param xfrmMask which of XFRM counts
     * @param miscSelect MISCSELECT
     * @param miscMask which of it counts
     * @param isvProdId ISVPRODID
     * @param isvSvn ISVSVN
     */
    public record Statement(byte[] mrenclave, int date, long attributes, long xfrm, long attributeMask, long xfrmMask,
            int miscSelect, int miscMask, int isvProdId, int isvSvn) {
        /** Copies the hash; refuses numbers that do not fit. */
        public Statement {
            mrenclave = mrenclave.clone();
            if (mrenclave.length != 32 || isvProdId >>> 16 != 0 || isvSvn >>> 16 != 0) {
                throw new IllegalArgumentException("ENCLAVEHASH has 32 bytes, ISVPRODID and ISVSVN 16 bits: %d, %d, %d"
                        .formatted(mrenclave.length, isvProdId, isvSvn));
            }
        }

        /**
         * Returns what is usual: 64-bit mode, x87 and SSE, all of it to be exactly so but for DEBUG, which the host may not set.
         */
        public static Statement usual(byte[] mrenclave, int date, int isvProdId, int isvSvn, boolean debug) {
            return new Statement(mrenclave, date, debug ? 6 : 4, 3, -1, -1, 0, -1, isvProdId, isvSvn);
        }

        /** Returns a copy. */
        @Override
        public byte[] mrenclave() {
            return mrenclave.clone();
        }
    }

    /**
     * Signs a statement.
     *
     * @param key RSA, 3072 bits, public exponent 3
     * @throws SgxRefused if the key is another kind
     */
    public static SigStruct sign(Statement statement, PrivateKey key) {
        if (!(key instanceof RSAPrivateKey rsa) || rsa.getModulus().bitLength() != 8 * KEY_BYTES) {
            throw new SgxRefused("a SIGSTRUCT is signed with an RSA key of 3072 bits",
                    "openssl genrsa -3 3072 makes one");
        }
        var made = new SigStruct(new byte[BYTES]);
        made.fields.put(0, HEADER)
                .putInt(20, statement.date)
                .put(24, HEADER2)
                .putInt(EXPONENT, 3)
                .putInt(BODY, statement.miscSelect)
                .putInt(904, statement.miscMask)
                .putLong(928, statement.attributes)
                .putLong(936, statement.xfrm)
                .putLong(944, statement.attributeMask)
                .putLong(952, statement.xfrmMask)
                .put(960, statement.mrenclave)
                .putShort(1024, (short) statement.isvProdId)
                .putShort(1026, (short) statement.isvSvn);
        BigInteger m = rsa.getModulus();
        BigInteger s = new BigInteger(1, made.signature(key));
        BigInteger square = s.multiply(s);
        made.number(MODULUS, m);
        made.number(SIGNATURE, s);
        made.number(Q1, square.divide(m));
        made.number(Q2, s.multiply(square.mod(m)).divide(m));
        if (!made.signatureIsValid()) {
            throw new SgxRefused("a SIGSTRUCT is signed with a key whose public exponent is 3",
                    "openssl genrsa -3 3072 makes one");
        }
        return made;
    }

    private byte[] signature(PrivateKey key) {
        try {
            Signature signer = Signature.getInstance("SHA256withRSA");
            signer.initSign(key);
            signer.update(bytes, 0, MODULUS);
            signer.update(bytes, BODY, BODY_END - BODY);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new SgxRefused("the key does not sign: " + e.getMessage());
        }
    }

    private void number(int at, BigInteger value) {
        byte[] bigEndian = value.toByteArray();
        for (int i = 0; i < KEY_BYTES && i < bigEndian.length; i++) {
            bytes[at + i] = bigEndian[bigEndian.length - 1 - i];
        }
    }

    private BigInteger number(int at) {
        byte[] bigEndian = new byte[KEY_BYTES];
        for (int i = 0; i < KEY_BYTES; i++) {
            bigEndian[KEY_BYTES - 1 - i] = bytes[at + i];
        }
        return new BigInteger(1, bigEndian);
    }

    /** Returns the first field that does not have the one value it may have; empty if all have. */
    public Optional<String> malformed() {
        if (!Arrays.equals(bytes, 0, 16, HEADER, 0, 16)) {
            return Optional.of("HEADER");
        }
        if (vendor() != 0 && vendor() != INTEL) {
            return Optional.of("VENDOR=0x%x".formatted(vendor()));
        }
        if (!Arrays.equals(bytes, 24, 40, HEADER2, 0, 16)) {
            return Optional.of("HEADER2");
        }
        if (fields.getInt(EXPONENT) != 3) {
            return Optional.of("EXPONENT=" + Integer.toUnsignedString(fields.getInt(EXPONENT)));
        }
        int[][] reserved = {{44, 128}, {910, 912}, {992, 1008}, {BODY_END, Q1}};
        for (int[] range : reserved) {
            for (int at = range[0]; at < range[1]; at++) {
                if (bytes[at] != 0) {
                    return Optional.of("reserved byte " + at);
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Returns whether SIGNATURE is MODULUS's over header and body, and Q1 and Q2 belong to it.
     *
     * @rule RFC 8017, 8.2.2 (RSASSA-PKCS1-v1_5) with SHA-256; Intel SDM vol. 3D, 38.13: Q1 = floor(S^2 / M),
     *       Q2 = floor((S^3 - Q1 * S * M) / M)
     */
    public boolean signatureIsValid() {
        BigInteger m = number(MODULUS);
        BigInteger s = number(SIGNATURE);
        if (m.bitLength() != 8 * KEY_BYTES || s.compareTo(m) >= 0) {
            return false;
        }
        BigInteger q1 = number(Q1);
        BigInteger first = s.multiply(s).subtract(q1.multiply(m));
        if (first.signum() < 0 || first.compareTo(m) >= 0) {
            return false;
        }
        BigInteger message = first.multiply(s).subtract(number(Q2).multiply(m));
        if (message.signum() < 0 || message.compareTo(m) >= 0) {
            return false;
        }
        return message.equals(new BigInteger(1, encoded()));
    }

    /** Returns EMSA-PKCS1-v1_5 of what is signed. */
    private byte[] encoded() {
        byte[] info = HexFormat.of().parseHex("3031300d060960864801650304020105000420");
        byte[] message = new byte[KEY_BYTES];
        Arrays.fill(message, (byte) 0xff);
        message[0] = 0;
        message[1] = 1;
        int at = KEY_BYTES - info.length - 32;
        message[at - 1] = 0;
        System.arraycopy(info, 0, message, at, info.length);
        MessageDigest sha256 = Hashes.sha256();
        sha256.update(bytes, 0, MODULUS);
        sha256.update(bytes, BODY, BODY_END - BODY);
        System.arraycopy(sha256.digest(), 0, message, KEY_BYTES - 32, 32);
        return message;
    }

    /** Returns SHA-256 of MODULUS as it lies there. */
    public byte[] mrsigner() {
        MessageDigest sha256 = Hashes.sha256();
        sha256.update(bytes, MODULUS, KEY_BYTES);
        return sha256.digest();
    }

    /** Returns VENDOR: 0, or 0x8086 for Intel's enclaves. */
    public int vendor() {
        return fields.getInt(16);
    }

    /** Returns DATE as it is to be read in hexadecimal. */
    public int date() {
        return fields.getInt(20);
    }

    /** Returns MISCSELECT. */
    public int miscSelect() {
        return fields.getInt(BODY);
    }

    /** Returns MISCMASK. */
    public int miscMask() {
        return fields.getInt(904);
    }

    /** Returns the flags of ATTRIBUTES. */
    public long attributes() {
        return fields.getLong(928);
    }

    /** Returns XFRM of ATTRIBUTES. */
    public long xfrm() {
        return fields.getLong(936);
    }

    /** Returns the flags of ATTRIBUTEMASK. */
    public long attributeMask() {
        return fields.getLong(944);
    }

    /** Returns XFRM of ATTRIBUTEMASK. */
    public long xfrmMask() {
        return fields.getLong(952);
    }

    /** Returns ENCLAVEHASH. */
    public byte[] enclaveHash() {
        return Arrays.copyOfRange(bytes, 960, 992);
    }

    /** Returns ISVPRODID. */
    public int isvProdId() {
        return Short.toUnsignedInt(fields.getShort(1024));
    }

    /** Returns ISVSVN. */
    public int isvSvn() {
        return Short.toUnsignedInt(fields.getShort(1026));
    }

    /** Returns a copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }
}

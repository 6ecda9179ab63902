package org.kakuri.attest.sgx;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The few parts of DER that certificates of SGX are made of, and a reader of their extension.
 *
 * @rule ITU-T X.690, 8 and 10 (DER)
 */
public final class Der {
    private static final DateTimeFormatter UTC_TIME = DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'")
            .withZone(ZoneOffset.UTC);
    private static final int SEQUENCE = 0x30;
    private static final int OID = 6;

    private Der() {}

    /** Returns an element of any tag. */
    public static byte[] element(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        var out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.size();
        if (length < 128) {
            out.write(length);
        } else {
            byte[] bytes = BigInteger.valueOf(length).toByteArray();
            int skip = bytes[0] == 0 ? 1 : 0;
            out.write(0x80 | bytes.length - skip);
            out.write(bytes, skip, bytes.length - skip);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }

    /** Returns a SEQUENCE. */
    public static byte[] sequence(byte[]... parts) {
        return element(SEQUENCE, parts);
    }

    /** Returns a SET of one. */
    public static byte[] set(byte[] part) {
        return element(0x31, part);
    }

    /** Returns an INTEGER. */
    public static byte[] integer(BigInteger value) {
        return element(2, value.toByteArray());
    }

    /** Returns an INTEGER. */
    public static byte[] integer(long value) {
        return integer(BigInteger.valueOf(value));
    }

    /** Returns a BOOLEAN that is true. */
    public static byte[] yes() {
        return element(1, new byte[] {-1});
    }

    /** Returns a BIT STRING of whole bytes. */
    public static byte[] bits(byte[] bytes) {
        return element(3, new byte[1], bytes);
    }

    /** Returns an OCTET STRING. */
    public static byte[] octets(byte[] bytes) {
        return element(4, bytes);
    }

    /** Returns a UTF8String. */
    public static byte[] text(String text) {
        return element(12, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns a UTCTime, for years up to 2049. */
    public static byte[] time(Instant time) {
        return element(23, UTC_TIME.format(time).getBytes(StandardCharsets.US_ASCII));
    }

    /** Returns an OBJECT IDENTIFIER. */
    public static byte[] oid(String dotted) {
        long[] arcs = Arrays.stream(dotted.split("\\.")).mapToLong(Long::parseLong).toArray();
        var out = new ByteArrayOutputStream();
        base128(arcs[0] * 40 + arcs[1], out);
        for (int i = 2; i < arcs.length; i++) {
            base128(arcs[i], out);
        }
        return element(OID, out.toByteArray());
    }

    private static void base128(long value, ByteArrayOutputStream out) {
        for (int shift = 56; shift > 0; shift -= 7) {
            if (value >>> shift != 0) {
                out.write((int) (value >>> shift & 0x7f) | 0x80);
            }
        }
        out.write((int) (value & 0x7f));
    }

    /**
     * An element that was read.
     *
     * @param tag its tag, of one byte
     * @param content its content
     */
    record Element(int tag, byte[] content) {
        /** Returns the elements inside. */
        List<Element> inside() {
            return read(content);
        }

        /** Returns the dotted form of an OBJECT IDENTIFIER. */
        String dotted() {
            if (tag != OID || content.length == 0) {
                throw new SgxRefused("DER: an object identifier was expected: tag=" + tag);
            }
            var text = new StringBuilder();
            long arc = 0;
            for (byte b : content) {
                arc = arc << 7 | b & 0x7f;
                if (b >= 0) {
                    text.append(text.isEmpty() ? Math.min(2, arc / 40) + "." + (arc - 40 * Math.min(2, arc / 40))
                            : "." + arc);
                    arc = 0;
                }
            }
            return text.toString();
        }

        /** Returns the value of an INTEGER or ENUMERATED that fits 31 bits. */
        int number() {
            if (tag != 2 && tag != 10 || content.length == 0 || content.length > 4) {
                throw new SgxRefused("DER: a small number was expected: tag=" + tag);
            }
            return new BigInteger(content).intValueExact();
        }
    }

    /**
     * Reads elements that follow each other.
     *
     * @throws SgxRefused if the bytes are not that
     */
    static List<Element> read(byte[] bytes) {
        List<Element> elements = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            int tag = bytes[at++] & 0xff;
            if ((tag & 0x1f) == 0x1f || at == bytes.length) {
                throw new SgxRefused("DER: no element at byte " + (at - 1));
            }
            long length = bytes[at++] & 0xff;
            if (length >= 128) {
                int more = (int) length & 0x7f;
                if (more == 0 || more > 3 || more > bytes.length - at) {
                    throw new SgxRefused("DER: impossible length at byte " + (at - 1));
                }
                length = 0;
                for (int i = 0; i < more; i++) {
                    length = length << 8 | bytes[at++] & 0xff;
                }
            }
            if (length > bytes.length - at) {
                throw new SgxRefused("DER: element of %d bytes where %d are left".formatted(length, bytes.length - at));
            }
            elements.add(new Element(tag, Arrays.copyOfRange(bytes, at, at + (int) length)));
            at += (int) length;
        }
        return elements;
    }
}

package org.kakuri.runtime.libos.shield;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import org.kakuri.api.Refused;

/**
 * A stream of the console as it leaves the instance: records of AES-256-GCM. Each stream has a key of its own (HKDF-SHA256, RFC 5869,
 * of the key in the file, its random id as salt, and its direction), so that numbers of records serve as nonces.
 *
 * <pre>
 * stream: "KKCONS1", direction (1 byte: 0 to the program, 1 its output, 2 its errors), id (16), records
 * record: length (4, big endian, of what follows), last (1: 0 or 1), ciphertext, tag (16)
 * associated data: direction (1), number of the record from 0 (8), last (1)
 * </pre>
 *
 * Records that were changed, repeated, left out or exchanged, also with another stream, and a stream without its last record are
 * refused. A whole stream can be sent again: nothing here tells one run from another.
 */
public final class ConsoleRecords {
    /** Most bytes in one record. */
    public static final int MOST = 1 << 16;
    private static final byte[] MAGIC = "KKCONS1".getBytes(StandardCharsets.US_ASCII);
    private static final int ID = 16;
    private static final int HEADER = MAGIC.length + 1 + ID;
    private static final int TAG = 16;
    private static final int KEY = 32;

    private final Cipher cipher;
    private final SecretKey key;
    private final byte direction;
    private long number;
    private boolean over;

    private ConsoleRecords(byte[] key, byte direction, byte[] id) {
        try {
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
            byte[] what = ("kakuri console " + direction).getBytes(StandardCharsets.US_ASCII);
            this.key = KDF.getInstance("HKDF-SHA256")
                    .deriveKey("AES", HKDFParameterSpec.ofExtract().addIKM(key).addSalt(id).thenExpand(what, KEY));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        this.direction = direction;
    }

    private byte[] crypt(int mode, byte[] bytes, int offset, int length, boolean last) throws GeneralSecurityException {
        cipher.init(mode, key, new GCMParameterSpec(8 * TAG, ByteBuffer.allocate(12).putLong(4, number).array()));
        cipher.updateAAD(ByteBuffer.allocate(10).put(direction).putLong(number).put((byte) (last ? 1 : 0)).array());
        byte[] done = cipher.doFinal(bytes, offset, length);
        number++;
        over = last;
        return done;
    }

    /** Makes a stream. Not for several threads. */
    public static final class Sealer {
        private final ConsoleRecords records;
        private final byte[] header;

        /**
         * Begins one.
         *
         * @param direction 0 to the program, 1 its output, 2 its errors
         */
        public Sealer(byte[] key, int direction) {
            byte[] id = new byte[ID];
            new SecureRandom().nextBytes(id);
            records = new ConsoleRecords(key, (byte) direction, id);
            header = ByteBuffer.allocate(HEADER).put(MAGIC).put((byte) direction).put(id).array();
        }

        /** Returns what the stream begins with. */
        public byte[] header() {
            return header.clone();
        }

        /**
         * Returns the next record.
         *
         * @param plain at most {@value #MOST} bytes are in one record
         * @param last whether nothing follows
         */
        public byte[] record(byte[] plain, int length, boolean last) {
            if (records.over || length > MOST) {
                throw new IllegalArgumentException("over=%s, length=%d".formatted(records.over, length));
            }
            try {
                byte[] sealed = records.crypt(Cipher.ENCRYPT_MODE, plain, 0, length, last);
                return ByteBuffer.allocate(5 + sealed.length)
                        .putInt(1 + sealed.length)
                        .put((byte) (last ? 1 : 0))
                        .put(sealed)
                        .array();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Reads a stream. Not for several threads. */
    public static final class Opener {
        private final InputStream in;
        private final ConsoleRecords records;

        private Opener(InputStream in, ConsoleRecords records) {
            this.in = in;
            this.records = records;
        }

        /**
         * Begins; empty if there is no stream at all, not even its first byte.
         *
         * @param direction which stream it has to be
         * @throws Refused if it is something else
         */
        public static Optional<Opener> of(InputStream in, byte[] key, int direction) throws IOException {
            byte[] header = in.readNBytes(HEADER);
            if (header.length == 0) {
                return Optional.empty();
            }
            if (header.length < HEADER || !Arrays.equals(header, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
                throw new Refused("this is no stream of a console shield", "seal it: rt:console --seal --key FILE");
            }
            if (header[MAGIC.length] != direction) {
                throw new Refused("this is stream %d of a console, not %d".formatted(header[MAGIC.length], direction),
                        "0 is input, 1 output, 2 errors: were they exchanged?");
            }
            return Optional.of(new Opener(in, new ConsoleRecords(key, (byte) direction,
                    Arrays.copyOfRange(header, MAGIC.length + 1, HEADER))));
        }

        /**
         * Returns what the next record holds; empty after the last one.
         *
         * @throws Refused if it is not what was sealed
         */
        public Optional<byte[]> next() throws IOException {
            if (records.over) {
                return Optional.empty();
            }
            try {
                int length = ByteBuffer.wrap(exactly(4)).getInt();
                if (length < 1 + TAG || length > 1 + TAG + MOST) {
                    throw changed("its length cannot be " + length);
                }
                byte[] record = exactly(length);
                if (record[0] != 0 && record[0] != 1) {
                    throw changed("it is neither last nor not");
                }
                return Optional.of(records.crypt(Cipher.DECRYPT_MODE, record, 1, length - 1, record[0] == 1));
            } catch (EOFException e) {
                throw changed("the stream ends before its last record");
            } catch (GeneralSecurityException e) {
                throw changed("it does not authenticate: changed, repeated, exchanged, or another key");
            }
        }

        private Refused changed(String why) {
            return new Refused("record %d of stream %d of the console: %s".formatted(records.number,
                    records.direction, why), "do not trust what came; check key and transport");
        }

        private byte[] exactly(int length) throws IOException {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException();
            }
            return bytes;
        }
    }
}

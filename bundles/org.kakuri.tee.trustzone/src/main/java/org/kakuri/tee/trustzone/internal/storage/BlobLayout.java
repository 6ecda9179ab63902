package org.kakuri.tee.trustzone.internal.storage;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.kakuri.tee.trustzone.internal.AesGcm;

/**
 * A file of the secure storage, big endian. The header is authenticated with the body.
 *
 * <table>
 * <caption>Layout</caption>
 * <tr><th>offset</th><th>size</th><th>field</th></tr>
 * <tr><td>0</td><td>4</td><td>magic, 0x4B4B5301</td></tr>
 * <tr><td>4</td><td>4</td><td>kind: 0 index, 1 object</td></tr>
 * <tr><td>8</td><td>8</td><td>version: value of the application's counter when it was written</td></tr>
 * <tr><td>16</td><td>16</td><td>name: keyed hash of the object's id; zeros for the index</td></tr>
 * <tr><td>32</td><td></td><td>nonce, ciphertext, tag</td></tr>
 * </table>
 */
final class BlobLayout {
    static final int INDEX = 0;
    static final int OBJECT = 1;
    static final int NAME_BYTES = 16;
    private static final int MAGIC = 0x4B4B5301;
    private static final int HEADER = 32;

    private BlobLayout() {}

    /** What an authentic file says. */
    record Blob(long version, byte[] name, byte[] plain) {}

    static byte[] write(AesGcm cipher, int kind, long version, byte[] name, byte[] plain) {
        byte[] header = ByteBuffer.allocate(HEADER).putInt(MAGIC).putInt(kind).putLong(version).put(name).array();
        byte[] body = cipher.encrypt(header, plain);
        return ByteBuffer.allocate(HEADER + body.length).put(header).put(body).array();
    }

    static int bytes(int plain) {
        return HEADER + AesGcm.OVERHEAD + plain;
    }

    /** Returns what the file says, empty if it is not authentic or of another kind. */
    static Optional<Blob> read(AesGcm cipher, int kind, byte[] file) {
        if (file.length < bytes(0)) {
            return Optional.empty();
        }
        ByteBuffer fields = ByteBuffer.wrap(file);
        if (fields.getInt() != MAGIC || fields.getInt() != kind) {
            return Optional.empty();
        }
        long version = fields.getLong();
        byte[] name = new byte[NAME_BYTES];
        fields.get(name);
        return cipher.decrypt(Arrays.copyOf(file, HEADER), Arrays.copyOfRange(file, HEADER, file.length))
                .map(plain -> new Blob(version, name, plain));
    }
}

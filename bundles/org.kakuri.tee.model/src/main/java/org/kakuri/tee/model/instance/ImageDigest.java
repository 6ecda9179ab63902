package org.kakuri.tee.model.instance;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Perms;

/**
 * A plain digest of what is attached, for architectures that do not specify one. For each attachment, in the order they were
 * attached, SHA-256 takes
 *
 * <pre>
 * offset | size   | field
 * 0      | 8      | guest address, big-endian
 * 8      | 8      | length in bytes, big-endian
 * 16     | 1      | permissions: 1 read, 2 write, 4 execute
 * 17     | length | the bytes, read back from the backing
 * </pre>
 */
public final class ImageDigest {
    private static final String ALGORITHM = "SHA-256";
    private static final int HEADER = 17;

    private ImageDigest() {}

    /**
     * Measures.
     *
     * @param register the name that the measurement gets
     * @param attachments what is attached
     */
    public static Measurement measure(String register, List<Attachment> attachments) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance(ALGORITHM);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
        for (Attachment attachment : attachments) {
            digest.update(ByteBuffer.allocate(HEADER)
                    .putLong(attachment.guest().start())
                    .putLong(attachment.guest().bytes())
                    .put(bits(attachment.perms()))
                    .flip());
            attachment.feed(digest);
        }
        return new Measurement(register, ALGORITHM, digest.digest());
    }

    private static byte bits(Perms perms) {
        return (byte) ((perms.read() ? 1 : 0) | (perms.write() ? 2 : 0) | (perms.execute() ? 4 : 0));
    }
}

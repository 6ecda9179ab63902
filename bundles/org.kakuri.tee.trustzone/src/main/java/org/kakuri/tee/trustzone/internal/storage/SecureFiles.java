package org.kakuri.tee.trustzone.internal.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.gp.SecureStorage;
import org.kakuri.tee.trustzone.internal.AesGcm;
import org.kakuri.tee.model.arm.Rpmb;

/**
 * Secure storage of one application. Each change writes the object and an index under the next value of the application's
 * counter, then commits both by one record in the RPMB: counter, digest and size of the index. Whatever is not the file that
 * the record leads to is refused; a change that was not committed never happened.
 *
 * <p>
 * Divergence: the file format is ours. OP-TEE keeps a hash tree for each object; here an object is encrypted as a whole.
 */
public final class SecureFiles implements SecureStorage {
    /** Event: a file was read from the normal world. */
    public static final String READ = "STORAGE_READ";
    /** Event: a file was written to, or deleted in, the normal world. */
    public static final String WRITE = "STORAGE_WRITE";
    /** Event: a record was read from the RPMB. */
    public static final String RPMB_READ = "RPMB_READ";
    /** Event: a record was written to the RPMB. */
    public static final String RPMB_WRITE = "RPMB_WRITE";
    /** Bytes of key material. */
    public static final int KEY_BYTES = 64;

    private static final byte[] NO_NAME = new byte[BlobLayout.NAME_BYTES];
    private static final String REMEDY = "the normal world keeps these files; bring back those that were stored last";

    private final Path directory;
    private final UUID application;
    private final AesGcm cipher;
    private final SecretKeySpec naming;
    private final Rpmb rpmb;
    private final StorageTraffic traffic;

    /**
     * @param directory directory of the normal world, made when first written
     * @param application whose storage
     * @param key 64 bytes of the application's own
     * @param rpmb of its machine; also the lock under which storage changes
     * @param traffic told about requests
     */
    public SecureFiles(Path directory, UUID application, byte[] key, Rpmb rpmb, StorageTraffic traffic) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("key of %d bytes, expected %d".formatted(key.length, KEY_BYTES));
        }
        this.directory = directory.resolve(application.toString());
        this.application = application;
        this.cipher = new AesGcm(Arrays.copyOf(key, 32));
        this.naming = new SecretKeySpec(key, 32, 32, "HmacSHA256");
        this.rpmb = rpmb;
        this.traffic = traffic;
    }

    @Override
    public void put(String id, byte[] data) {
        require(id);
        synchronized (rpmb) {
            Index index = load();
            Index next = index.next(id, data.length);
            write(objectFile(id, next.counter()),
                    BlobLayout.write(cipher, BlobLayout.OBJECT, next.counter(), name(id), data));
            commit(next);
            Index.Entry old = index.objects().get(id);
            if (old != null) {
                deleteFile(objectFile(id, old.version()));
            }
        }
    }

    @Override
    public Optional<byte[]> get(String id) {
        require(id);
        synchronized (rpmb) {
            Index.Entry entry = load().objects().get(id);
            return entry == null ? Optional.empty() : Optional.of(open(id, entry));
        }
    }

    @Override
    public boolean delete(String id) {
        require(id);
        synchronized (rpmb) {
            Index index = load();
            Index.Entry entry = index.objects().get(id);
            if (entry == null) {
                return false;
            }
            commit(index.next(id, -1));
            deleteFile(objectFile(id, entry.version()));
            return true;
        }
    }

    @Override
    public List<String> list() {
        synchronized (rpmb) {
            return List.copyOf(load().objects().keySet());
        }
    }

    /** Overwrites the key; the storage is of no use afterwards. */
    public void forget() {
        cipher.forget();
    }

    private static void require(String id) {
        int bytes = id.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > MAX_ID_BYTES) {
            throw new IllegalArgumentException("object id of %d bytes, 1 to %d".formatted(bytes, MAX_ID_BYTES));
        }
    }

    private byte[] open(String id, Index.Entry entry) {
        byte[] file = read(objectFile(id, entry.version()))
                .orElseThrow(() -> refused("object is missing: id=%s".formatted(id)));
        int expected = BlobLayout.bytes(entry.bytes());
        BlobLayout.Blob blob = BlobLayout.read(cipher, BlobLayout.OBJECT, file)
                .orElseThrow(() -> refused(file.length < expected
                        ? "object is truncated: id=%s, bytes=%d, expected=%d".formatted(id, file.length, expected)
                        : "object was altered: id=%s".formatted(id)));
        if (!MessageDigest.isEqual(blob.name(), name(id))) {
            throw refused("object was exchanged: id=%s, its file holds another object".formatted(id));
        }
        if (blob.version() != entry.version()) {
            throw refused("object was rolled back: id=%s, version=%d, expected=%d".formatted(id, blob.version(),
                    entry.version()));
        }
        return blob.plain();
    }

    private Index load() {
        traffic.request(RPMB_READ, Rpmb.RECORD_BYTES);
        Optional<byte[]> record = rpmb.read(application);
        if (record.isEmpty()) {
            return Index.EMPTY;
        }
        ByteBuffer fields = ByteBuffer.wrap(record.get());
        long counter = fields.getLong();
        int expected = fields.getInt();
        byte[] digest = Arrays.copyOfRange(record.get(), fields.position(), record.get().length);
        byte[] file = read(indexFile(counter))
                .orElseThrow(() -> refused("storage index is missing: counter=%d".formatted(counter)));
        BlobLayout.Blob blob = BlobLayout.read(cipher, BlobLayout.INDEX, file)
                .orElseThrow(() -> refused(file.length < expected
                        ? "storage index is truncated: bytes=%d, expected=%d".formatted(file.length, expected)
                        : "storage index was altered: counter=%d".formatted(counter)));
        if (blob.version() < counter) {
            throw refused(
                    "storage was rolled back: index counter=%d, RPMB counter=%d".formatted(blob.version(), counter));
        }
        if (!MessageDigest.isEqual(digest, sha256(file))) {
            throw refused("storage index was never committed: index counter=%d, RPMB counter=%d".formatted(
                    blob.version(), counter));
        }
        return Index.of(counter, blob.plain());
    }

    private void commit(Index next) {
        byte[] file = BlobLayout.write(cipher, BlobLayout.INDEX, next.counter(), NO_NAME, next.toBytes());
        write(indexFile(next.counter()), file);
        byte[] digest = sha256(file);
        traffic.request(RPMB_WRITE, Rpmb.RECORD_BYTES);
        rpmb.write(application, ByteBuffer.allocate(Long.BYTES + Integer.BYTES + digest.length)
                .putLong(next.counter())
                .putInt(file.length)
                .put(digest)
                .array());
    }

    /** Two files take turns, so that the one that counts is never overwritten. */
    private Path indexFile(long counter) {
        return directory.resolve("index." + counter % 2);
    }

    private Path objectFile(String id, long version) {
        return directory.resolve(HexFormat.of().formatHex(name(id)) + "." + version);
    }

    private byte[] name(String id) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(naming);
            return Arrays.copyOf(mac.doFinal(id.getBytes(StandardCharsets.UTF_8)), BlobLayout.NAME_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Optional<byte[]> read(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            traffic.request(READ, bytes.length);
            return Optional.of(bytes);
        } catch (NoSuchFileException _) {
            traffic.request(READ, 0);
            return Optional.empty();
        } catch (IOException e) {
            throw new KakuriException("secure storage cannot read %s: %s".formatted(file, e), "check the directory", e);
        }
    }

    private void write(Path file, byte[] bytes) {
        try {
            Files.createDirectories(directory);
            Files.write(file, bytes);
            traffic.request(WRITE, bytes.length);
        } catch (IOException e) {
            throw new KakuriException("secure storage cannot write %s: %s".formatted(file, e),
                    "nothing was changed; check the directory and its free space", e);
        }
    }

    /** What stays behind is not in the index and therefore harmless. */
    private void deleteFile(Path file) {
        traffic.request(WRITE, 0);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.getLogger(SecureFiles.class.getName())
                    .log(System.Logger.Level.WARNING, "secure storage left {0} behind: {1}", file, e.toString());
        }
    }

    private Refused refused(String what) {
        return new Refused("%s, application=%s".formatted(what, application), REMEDY);
    }
}

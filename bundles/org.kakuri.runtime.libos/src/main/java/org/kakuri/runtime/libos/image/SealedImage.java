package org.kakuri.runtime.libos.image;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.kakuri.api.Refused;

/**
 * A file system image in one file, encrypted and authenticated.
 *
 * <pre>
 * offset | size | field
 * 0      | 8    | "KKIMAGE1"
 * 8      | 4    | length of the sealed manifest, big-endian
 * 12     | n    | the manifest, AES-256-GCM, piece 0
 *        |      | for each file in the manifest's order its pieces of at most 1 MiB: length of the sealed piece (4), the piece
 * </pre>
 *
 * A sealed piece has its number as nonce and associated data; a key seals one image. The manifest has a line for each entry:
 * kind (d, f or l), permissions, size, SHA-256 of the content, link target and path, the last two in Base64. The SHA-256 of the
 * manifest identifies the image.
 */
public final class SealedImage {
    private static final byte[] MAGIC = "KKIMAGE1".getBytes(StandardCharsets.US_ASCII);
    private static final int PIECE = 1 << 20;
    private static final int TAG = 16;
    private static final int NONCE = 12;
    private static final int KEY = 32;
    private static final int MOST_MANIFEST = 64 << 20;
    private static final String NO_DIGEST = "-";

    private final Cipher cipher;
    private final SecretKeySpec key;
    private long number;

    private SealedImage(byte[] key) {
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES/GCM", e);
        }
        this.key = new SecretKeySpec(key, "AES");
    }

    private record Entry(char kind, String perms, long bytes, String digest, String target, String path) {
        String line() {
            return String.join("\t", String.valueOf(kind), perms, Long.toString(bytes), digest, encode(target),
                    encode(path));
        }

        static Entry of(String line) {
            String[] fields = line.split("\t", -1);
            if (fields.length != 6 || fields[0].length() != 1) {
                throw bad("a line of its manifest is not one");
            }
            try {
                return new Entry(fields[0].charAt(0), fields[1], Long.parseLong(fields[2]), fields[3],
                        decode(fields[4]), decode(fields[5]));
            } catch (IllegalArgumentException e) {
                throw bad("a line of its manifest is not one");
            }
        }

        private static String encode(String text) {
            return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        }

        private static String decode(String text) {
            return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
        }
    }

    /** Returns a key for one image. */
    public static byte[] newKey() {
        byte[] key = new byte[KEY];
        new SecureRandom().nextBytes(key);
        return key;
    }

    /** Returns everything in a folder, by path in the image; devices and sockets are left out. */
    public static Map<String, Path> tree(Path folder) {
        var files = new TreeMap<String, Path>();
        try (var all = Files.walk(folder)) {
            all.filter(file -> !file.equals(folder))
                    .filter(file -> Files.isSymbolicLink(file) || Files.isRegularFile(file) || Files.isDirectory(file))
                    .forEach(file -> files.put("/" + folder.relativize(file), file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    /**
     * Makes an image.
     *
     * @param files what goes into it, by path in the image, sorted so that folders come before what is in them
     * @param key for this image only
     * @param to the file to write
     */
    public static void seal(Map<String, Path> files, byte[] key, Path to) throws IOException {
        var image = new SealedImage(key);
        List<Entry> entries = new ArrayList<>();
        List<Path> contents = new ArrayList<>();
        for (var file : new TreeMap<>(files).entrySet()) {
            Entry entry = entry(file.getKey(), file.getValue());
            entries.add(entry);
            contents.add(entry.kind() == 'f' ? file.getValue() : null);
        }
        byte[] manifest = String.join("\n", entries.stream().map(Entry::line).toList())
                .getBytes(StandardCharsets.UTF_8);
        try (var out = new DataOutputStream(new java.io.BufferedOutputStream(Files.newOutputStream(to)))) {
            out.write(MAGIC);
            image.put(out, manifest, manifest.length);
            byte[] piece = new byte[PIECE];
            for (Path content : contents) {
                if (content != null) {
                    try (InputStream in = Files.newInputStream(content)) {
                        for (int n = in.readNBytes(piece, 0, PIECE); n > 0; n = in.readNBytes(piece, 0, PIECE)) {
                            image.put(out, piece, n);
                        }
                    }
                }
            }
        }
    }

    private static Entry entry(String path, Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            return new Entry('l', NO_DIGEST, 0, NO_DIGEST, Files.readSymbolicLink(file).toString(), path);
        }
        String perms = PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
        if (Files.isDirectory(file)) {
            return new Entry('d', perms, 0, NO_DIGEST, "", path);
        }
        MessageDigest digest = sha256();
        long bytes = 0;
        try (InputStream in = Files.newInputStream(file)) {
            byte[] piece = new byte[PIECE];
            for (int n = in.readNBytes(piece, 0, PIECE); n > 0; n = in.readNBytes(piece, 0, PIECE)) {
                digest.update(piece, 0, n);
                bytes += n;
            }
        }
        return new Entry('f', perms, bytes, HexFormat.of().formatHex(digest.digest()), "", path);
    }

    /**
     * Verifies and decrypts an image into an empty folder.
     *
     * @param from the image
     * @param key its key
     * @param to where it goes
     * @return the image's identity: SHA-256 of its manifest
     * @throws Refused if anything in it was changed, cut off or added, or the key is another image's
     */
    public static byte[] open(Path from, byte[] key, Path to) throws IOException {
        var image = new SealedImage(key);
        try (var in = new DataInputStream(new java.io.BufferedInputStream(Files.newInputStream(from), PIECE))) {
            if (!java.util.Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
                throw bad("it does not begin as one");
            }
            byte[] manifest = image.take(in, MOST_MANIFEST);
            List<Entry> folders = new ArrayList<>();
            for (String line : new String(manifest, StandardCharsets.UTF_8).split("\n")) {
                if (!line.isEmpty()) {
                    Entry entry = Entry.of(line);
                    image.unpack(entry, in, target(to, entry.path()), folders);
                }
            }
            if (in.read() >= 0) {
                throw bad("something follows its end");
            }
            for (Entry folder : folders.reversed()) {
                Files.setPosixFilePermissions(target(to, folder.path()), perms(folder));
            }
            return sha256().digest(manifest);
        } catch (java.io.EOFException e) {
            throw bad("it was cut off");
        }
    }

    private void unpack(Entry entry, DataInputStream in, Path to, List<Entry> folders) throws IOException {
        Files.createDirectories(to.getParent());
        switch (entry.kind()) {
        case 'd' -> {
            Files.createDirectories(to);
            folders.add(entry);
        }
        case 'l' -> Files.createSymbolicLink(to, Path.of(entry.target()));
        case 'f' -> {
            MessageDigest digest = sha256();
            try (var out = Files.newOutputStream(to, java.nio.file.StandardOpenOption.CREATE_NEW)) {
                for (long left = entry.bytes(); left > 0;) {
                    byte[] piece = take(in, PIECE);
                    if (piece.length > left || piece.length == 0) {
                        throw bad("a piece of %s has another length".formatted(entry.path()));
                    }
                    digest.update(piece);
                    out.write(piece);
                    left -= piece.length;
                }
            }
            if (!HexFormat.of().formatHex(digest.digest()).equals(entry.digest())) {
                throw bad("%s has another digest".formatted(entry.path()));
            }
            Files.setPosixFilePermissions(to, perms(entry));
        }
        default -> throw bad("an entry of kind " + entry.kind());
        }
    }

    private static Set<PosixFilePermission> perms(Entry entry) {
        return PosixFilePermissions.fromString(entry.perms());
    }

    private static Path target(Path folder, String path) throws IOException {
        Path to = folder.resolve(path.substring(Math.min(1, path.length()))).normalize();
        if (!path.startsWith("/") || !to.startsWith(folder) || to.equals(folder)) {
            throw bad("%s leads out of it".formatted(path));
        }
        for (Path parent = to.getParent(); !parent.equals(folder); parent = parent.getParent()) {
            if (Files.isSymbolicLink(parent)) {
                throw bad("%s lies behind a symbolic link".formatted(path));
            }
        }
        return to;
    }

    private void put(DataOutputStream out, byte[] plain, int length) throws IOException {
        byte[] sealed = crypt(Cipher.ENCRYPT_MODE, plain, length);
        out.writeInt(sealed.length);
        out.write(sealed);
    }

    private byte[] take(DataInputStream in, int most) throws IOException {
        int length = in.readInt();
        if (length < TAG || length > most + TAG) {
            throw bad("a piece has the length " + length);
        }
        byte[] sealed = in.readNBytes(length);
        if (sealed.length != length) {
            throw bad("it was cut off");
        }
        return crypt(Cipher.DECRYPT_MODE, sealed, length);
    }

    private byte[] crypt(int mode, byte[] bytes, int length) {
        byte[] nonce = ByteBuffer.allocate(NONCE).putLong(number++).array();
        try {
            cipher.init(mode, key, new GCMParameterSpec(TAG * 8, nonce));
            cipher.updateAAD(nonce);
            return cipher.doFinal(bytes, 0, length);
        } catch (GeneralSecurityException e) {
            throw bad("piece %d does not authenticate".formatted(number - 1));
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static Refused bad(String what) {
        return new Refused("the image is not what was sealed: " + what, "seal it again, and check the key");
    }
}

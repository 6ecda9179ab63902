package org.kakuri.runtime.libos.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.kakuri.api.Refused;

/**
 * A folder whose files are encrypted and authenticated one by one, AES-256-GCM; what SCONE calls a file system shield. The
 * protection file {@value #PROTECTION} is encrypted too and lists path, size and SHA-256 of every file and the nonce it is
 * encrypted with, so that no file can be changed, exchanged with another or with an older one, added or removed. The protection
 * file itself can be rolled back with the whole folder: who must notice that keeps its digest elsewhere.
 *
 * <pre>
 * file:            sealed content, its path as associated data
 * protection file: nonce (12), sealed lines: Base64 of path, size, SHA-256, nonce, separated by tabs
 * </pre>
 *
 * Files that are open have a plain copy in memory, in a folder of this user's only.
 */
public final class ShieldedFolder {
    /** Name of the protection file. */
    public static final String PROTECTION = ".kakuri-protection";
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long MOST_BYTES = 1L << 30;
    private static final int NONCE = 12;
    private static final int TAG = 16;
    private static final int KEY = 32;

    private final Path folder;
    private final SecretKeySpec key;
    private final Path plain;
    private final Map<String, Row> rows = new TreeMap<>();
    private final SecureRandom random = new SecureRandom();

    private record Row(long bytes, String digest, String nonce) {}

    private ShieldedFolder(Path folder, byte[] key, Path plain) {
        this.folder = folder;
        this.key = new SecretKeySpec(key, "AES");
        this.plain = plain;
    }

    /**
     * Verifies and decrypts a folder; an empty one becomes a new volume.
     *
     * @throws Refused if anything is not as it was saved
     */
    public static ShieldedFolder open(Path folder, byte[] key) {
        if (key.length != KEY || !Files.isDirectory(folder)) {
            throw new Refused("%s is no folder, or the key has not 32 bytes".formatted(folder), "check both");
        }
        try {
            Path plain = Files.createTempDirectory(Files.isDirectory(MEMORY) ? MEMORY : folder, "kakuri-volume",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            var made = new ShieldedFolder(folder, key, plain);
            try {
                made.load();
                return made;
            } catch (IOException | RuntimeException e) {
                made.discard();
                throw e;
            }
        } catch (IOException e) {
            throw new Refused("volume %s cannot be opened: %s".formatted(folder, e.getMessage()), "check the folder",
                    e);
        }
    }

    /** Returns the folder with the plain files. */
    public Path plain() {
        return plain;
    }

    private void load() throws IOException {
        Path protection = folder.resolve(PROTECTION);
        Map<String, Path> there = files(folder);
        there.remove(PROTECTION);
        if (!Files.exists(protection)) {
            if (!there.isEmpty()) {
                throw bad("it has files and no protection file");
            }
            return;
        }
        byte[] sealed = Files.readAllBytes(protection);
        if (sealed.length < NONCE + TAG) {
            throw bad("its protection file was cut off");
        }
        byte[] lines = crypt(Cipher.DECRYPT_MODE, java.util.Arrays.copyOf(sealed, NONCE), PROTECTION,
                java.util.Arrays.copyOfRange(sealed, NONCE, sealed.length));
        for (String line : new String(lines, StandardCharsets.UTF_8).split("\n")) {
            if (!line.isEmpty()) {
                String[] fields = line.split("\t");
                rows.put(new String(Base64.getDecoder().decode(fields[0]), StandardCharsets.UTF_8),
                        new Row(Long.parseLong(fields[1]), fields[2], fields[3]));
            }
        }
        if (!rows.keySet().equals(there.keySet())) {
            throw bad("files were added or removed");
        }
        for (var row : rows.entrySet()) {
            byte[] content = crypt(Cipher.DECRYPT_MODE, HexFormat.of().parseHex(row.getValue().nonce()), row.getKey(),
                    Files.readAllBytes(there.get(row.getKey())));
            if (!digest(content).equals(row.getValue().digest())) {
                throw bad("%s is another version".formatted(row.getKey()));
            }
            Path to = plain.resolve(row.getKey());
            Files.createDirectories(to.getParent());
            Files.write(to, content);
        }
    }

    /** Encrypts files that changed, with new nonces, removes those that are gone, and writes the protection file last. */
    public void save() throws IOException {
        Map<String, Path> now = files(plain);
        for (var file : now.entrySet()) {
            byte[] content = Files.readAllBytes(file.getValue());
            String digest = digest(content);
            Row before = rows.get(file.getKey());
            if (before != null && before.digest().equals(digest)) {
                continue;
            }
            byte[] nonce = nonce();
            Path to = folder.resolve(file.getKey());
            Files.createDirectories(to.getParent());
            replace(to, crypt(Cipher.ENCRYPT_MODE, nonce, file.getKey(), content));
            rows.put(file.getKey(), new Row(content.length, digest, HexFormat.of().formatHex(nonce)));
        }
        for (String gone : rows.keySet().stream().filter(name -> !now.containsKey(name)).toList()) {
            Files.deleteIfExists(folder.resolve(gone));
            rows.remove(gone);
        }
        var lines = new StringBuilder();
        rows.forEach((path, row) -> lines.append(String.join("\t",
                Base64.getEncoder().encodeToString(path.getBytes(StandardCharsets.UTF_8)), Long.toString(row.bytes()),
                row.digest(), row.nonce())).append('\n'));
        byte[] nonce = nonce();
        byte[] sealed = crypt(Cipher.ENCRYPT_MODE, nonce, PROTECTION,
                lines.toString().getBytes(StandardCharsets.UTF_8));
        replace(folder.resolve(PROTECTION),
                ByteBuffer.allocate(NONCE + sealed.length).put(nonce).put(sealed).array());
    }

    private static void replace(Path file, byte[] content) throws IOException {
        Path fresh = Files.write(file.resolveSibling(file.getFileName() + ".fresh"), content);
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Map<String, Path> files(Path folder) throws IOException {
        var files = new TreeMap<String, Path>();
        try (var all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                if (Files.size(file) > MOST_BYTES) {
                    throw new IOException(file + " is larger than " + MOST_BYTES + " bytes");
                }
                files.put(folder.relativize(file).toString(), file);
            }
        }
        return files;
    }

    private byte[] crypt(int mode, byte[] nonce, String path, byte[] bytes) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(TAG * 8, nonce));
            cipher.updateAAD(path.getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw bad("%s does not authenticate".formatted(path));
        }
    }

    private byte[] nonce() {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        return nonce;
    }

    private static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private Refused bad(String what) {
        return new Refused("volume %s is not what was saved: %s".formatted(folder, what),
                "check the key, or restore the whole folder");
    }

    /** Removes the plain files. */
    public void discard() {
        try (var files = Files.walk(plain)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.getLogger(ShieldedFolder.class.getName())
                    .log(System.Logger.Level.WARNING, "cannot remove " + plain, e);
        }
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}

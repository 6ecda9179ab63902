package org.kakuri.runtime.wasm.internal.engine;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.nio.charset.StandardCharsets;

/**
 * Compiled modules on disk, one file each, by digest of the module and version of the engine.
 * <p>
 * A file begins with the SHA-256 of its name and content; one that does not match (torn, bit rot, renamed) is deleted and
 * compiled again. That is no defence against somebody who may write the folder: it must therefore belong to this user and be
 * writable by nobody else, or it is not used at all. Any number of processes may share a folder.
 */
public final class CompileCache {
    private static final System.Logger LOG = System.getLogger(CompileCache.class.getName());
    private static final int DIGEST_BYTES = 32;
    private static final String UID = "unix:uid";
    private static final Path SELF = Path.of("/proc/self");
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_WRITE);

    private final Path folder;
    private final String engine;
    private final boolean usable;

    /**
     * @param folder made if it is missing
     * @param engine name and version of what compiles
     */
    public CompileCache(Path folder, String engine) {
        this.folder = folder;
        this.engine = engine;
        this.usable = prepare();
    }

    private boolean prepare() {
        try {
            Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(
                    "rwx------")));
            boolean own = Files.getAttribute(folder, UID, LinkOption.NOFOLLOW_LINKS)
                    .equals(Files.getAttribute(SELF, UID));
            Set<PosixFilePermission> loose = EnumSet.copyOf(OTHERS);
            loose.retainAll(Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS));
            if (!own || !loose.isEmpty() || Files.isSymbolicLink(folder)) {
                LOG.log(System.Logger.Level.WARNING,
                        "not using compile cache {0}: own={1}, writable by others={2}; modules are compiled each time",
                        folder, own, !loose.isEmpty());
                return false;
            }
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            LOG.log(System.Logger.Level.WARNING,
                    "no compile cache at " + folder + "; modules are compiled each time", e);
            return false;
        }
    }

    private Path file(String sha256) {
        return folder.resolve(sha256 + "." + engine + ".jar");
    }

    /** Returns the compiled form of a module, empty if there is no sound one. */
    public Optional<byte[]> get(String sha256) {
        Path file = file(sha256);
        if (!usable) {
            return Optional.empty();
        }
        byte[] stored;
        try {
            stored = Files.readAllBytes(file);
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot read compiled module " + file, e);
            return Optional.empty();
        }
        if (stored.length > DIGEST_BYTES) {
            byte[] content = Arrays.copyOfRange(stored, DIGEST_BYTES, stored.length);
            if (MessageDigest.isEqual(Arrays.copyOf(stored, DIGEST_BYTES), seal(file, content))) {
                return Optional.of(content);
            }
        }
        LOG.log(System.Logger.Level.WARNING, "compiled module {0} is damaged: bytes={1}; compiling again", file,
                stored.length);
        remove(file);
        return Optional.empty();
    }

    /** Keeps the compiled form of a module; failing to do so is only logged. */
    public void put(String sha256, byte[] content) {
        if (!usable) {
            return;
        }
        Path file = file(sha256);
        Path made = folder.resolve(HexFormat.of().toHexDigits(System.nanoTime()) + "-" + ProcessHandle.current().pid()
                + ".tmp");
        try {
            byte[] stored = Arrays.copyOf(seal(file, content), DIGEST_BYTES + content.length);
            System.arraycopy(content, 0, stored, DIGEST_BYTES, content.length);
            Files.write(made, stored);
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot keep compiled module " + file, e);
            remove(made);
        }
    }

    /** Forgets the compiled form of a module, because it turned out not to load. */
    public void drop(String sha256) {
        remove(file(sha256));
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (FileSystemException e) {
            LOG.log(System.Logger.Level.DEBUG, "cannot delete " + file, e);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot delete " + file, e);
        }
    }

    private static byte[] seal(Path file, byte[] content) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            return digest.digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

package org.kakuri.domain.internal.closure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.kakuri.api.Unsupported;
import org.osgi.framework.Bundle;

/**
 * Finds or makes the jar of a bundle's present content. A bundle that was installed from a file is that file, if the file
 * still holds what the framework runs; one that was installed or updated from a stream, or from a file that has changed
 * since, is packed again from its content, under the name of its digest. Thread-safe.
 */
public final class JarStore {
    private static final FileTime EPOCH = FileTime.fromMillis(315_532_800_000L);

    private final Path folder;
    private final Map<Content, BundleJar> known = new ConcurrentHashMap<>();

    private record Content(long bundle, long lastModified) {}

    /** @param folder where packed jars go; made when first needed */
    public JarStore(Path folder) {
        this.folder = folder;
    }

    /**
     * Returns the jar of a bundle's content.
     *
     * @throws Unsupported if its content cannot be read
     */
    public BundleJar jarOf(Bundle bundle) {
        Content content = new Content(bundle.getBundleId(), bundle.getLastModified());
        try {
            BundleJar jar = known.get(content);
            if (jar != null && Files.isRegularFile(jar.file()) && sha256(jar.file()).equals(jar.sha256())) {
                return jar;
            }
            jar = find(bundle);
            known.put(content, jar);
            return jar;
        } catch (IOException e) {
            throw new Unsupported("cannot read the content of bundle " + bundle.getSymbolicName() + " from "
                    + bundle.getLocation() + ": " + e, "update the bundle from a file that exists", e);
        }
    }

    private BundleJar find(Bundle bundle) throws IOException {
        List<String> names = names(bundle);
        Path file = file(bundle.getLocation());
        if (file != null && Files.isRegularFile(file)) {
            String sha256 = sha256(file);
            if (holds(file, bundle, names) && sha256(file).equals(sha256)) {
                return new BundleJar(bundle.getSymbolicName(), file, sha256);
            }
        }
        return pack(bundle, names);
    }

    /** Returns the file that a bundle location names; null if it names none. */
    public static Path file(String location) {
        String url = location.startsWith("reference:") ? location.substring("reference:".length()) : location;
        try {
            return url.startsWith("file:") ? Path.of(URI.create(url)) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static List<String> names(Bundle bundle) {
        List<String> names = new ArrayList<>();
        collect(bundle, "/", names);
        return names.stream().sorted().toList();
    }

    private static void collect(Bundle bundle, String folder, List<String> names) {
        Enumeration<String> paths = bundle.getEntryPaths(folder);
        while (paths != null && paths.hasMoreElements()) {
            String path = paths.nextElement();
            if (path.endsWith("/")) {
                collect(bundle, path, names);
            } else {
                names.add(path.startsWith("/") ? path.substring(1) : path);
            }
        }
    }

    /** Whether the file's entries are the bundle's, by name and CRC. */
    private static boolean holds(Path file, Bundle bundle, List<String> names) {
        try (JarFile jar = new JarFile(file.toFile(), false)) {
            TreeSet<String> inFile = new TreeSet<>();
            jar.stream().filter(entry -> !entry.isDirectory()).forEach(entry -> inFile.add(entry.getName()));
            if (!List.copyOf(inFile).equals(names)) {
                return false;
            }
            byte[] buffer = new byte[1 << 14];
            for (String name : names) {
                CRC32 crc = new CRC32();
                try (InputStream in = open(bundle, name)) {
                    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                        crc.update(buffer, 0, n);
                    }
                }
                if (crc.getValue() != jar.getEntry(name).getCrc()) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static InputStream open(Bundle bundle, String name) throws IOException {
        URL url = bundle.getEntry(name);
        if (url == null) {
            throw new IOException("entry " + name + " is listed and cannot be found");
        }
        return url.openStream();
    }

    private BundleJar pack(Bundle bundle, List<String> names) throws IOException {
        Files.createDirectories(folder);
        Path packed = Files.createTempFile(folder, "packing-", ".jar");
        try {
            try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(packed))) {
                // A manifest must come first, see java.util.jar.JarInputStream.
                for (String name : names) {
                    if (name.equals(JarFile.MANIFEST_NAME)) {
                        copy(bundle, name, out);
                    }
                }
                for (String name : names) {
                    if (!name.equals(JarFile.MANIFEST_NAME)) {
                        copy(bundle, name, out);
                    }
                }
            }
            String sha256 = sha256(packed);
            Path file = folder.resolve(sha256 + ".jar");
            move(packed, file);
            return new BundleJar(bundle.getSymbolicName(), file, sha256);
        } finally {
            Files.deleteIfExists(packed);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void copy(Bundle bundle, String name, ZipOutputStream out) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setLastModifiedTime(EPOCH);
        out.putNextEntry(entry);
        try (InputStream in = open(bundle, name)) {
            in.transferTo(out);
        }
        out.closeEntry();
    }

    /** Returns the SHA-256 of a file, in hexadecimal. */
    public static String sha256(Path file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                byte[] buffer = new byte[1 << 16];
                while (in.read(buffer) >= 0) {
                    continue;
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

package org.kakuri.runtime.libos.image;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.kakuri.runtime.libos.image.OciLayout.Layer;

/**
 * A root file system that layers are put into, one over the other. Paths are resolved as a process sees them whose root it is
 * ({@link RootView}), so that nothing is ever written outside of it, whatever links the layers hold. Owners, devices, times and
 * extended attributes are left out.
 *
 * @rule OCI Image Format Specification 1.1, layer.md: applying changesets, whiteouts, opaque whiteout
 */
final class OciRoot implements AutoCloseable {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final long MOST_BYTES = 16L << 30;
    private static final int MOST_ENTRIES = 1_000_000;

    private final Path root;
    private final RootView view;
    /** What folders are to have in the end: until then their content must be changed. */
    private final Map<Path, Set<PosixFilePermission>> folders = new LinkedHashMap<>();
    private final Set<Path> ofThisLayer = new HashSet<>();
    private long bytes;
    private int entries;

    OciRoot(Path root) {
        this.root = root;
        this.view = new RootView(root);
    }

    /** Puts a layer over what is there. */
    void apply(Layer layer) throws IOException {
        ofThisLayer.clear();
        int colon = layer.diffId().indexOf(':');
        MessageDigest digest = OciLayout.digest(colon < 0 ? layer.diffId() : layer.diffId().substring(0, colon));
        try (InputStream file = new BufferedInputStream(Files.newInputStream(layer.file()));
                InputStream plain = unpacked(layer, file);
                var whole = new DigestInputStream(new Limited(plain), digest)) {
            var tar = new TarArchiveInputStream(whole);
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (++entries > MOST_ENTRIES) {
                    throw OciLayout.bad("more than %d entries".formatted(MOST_ENTRIES));
                }
                put(entry, tar);
            }
            whole.transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw OciLayout
                    .bad("the layer %s cannot be read: %s".formatted(layer.file().getFileName(), e.getMessage()));
        }
        String found = HexFormat.of().formatHex(digest.digest());
        if (!layer.diffId().substring(colon + 1).equals(found)) {
            throw OciLayout.bad("the layer %s is %s when it is unpacked, and not %s".formatted(
                    layer.file().getFileName(), found, layer.diffId()));
        }
    }

    private static InputStream unpacked(Layer layer, InputStream in) throws IOException {
        String kind = layer.type()
                .replaceAll("^application/vnd\\.(oci\\.image\\.layer\\.(nondistributable\\.)?v1|"
                        + "docker\\.image\\.rootfs\\.diff)\\.", "");
        return switch (kind) {
        case "tar" -> in;
        case "tar+gzip", "tar.gzip" -> new GZIPInputStream(in);
        case "tar+zstd" -> new ZstdPipe(layer.file());
        default -> throw OciLayout.bad("a layer has the type " + layer.type());
        };
    }

    /** Ends with an error where a small file would become an endless one. */
    private final class Limited extends java.io.FilterInputStream {
        Limited(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int one = in.read();
            count(one < 0 ? 0 : 1);
            return one;
        }

        @Override
        public int read(byte[] to, int at, int length) throws IOException {
            int n = in.read(to, at, length);
            count(Math.max(0, n));
            return n;
        }

        private void count(int more) throws IOException {
            bytes += more;
            if (bytes > MOST_BYTES) {
                throw new IOException("the layers are larger than %d GiB".formatted(MOST_BYTES >> 30));
            }
        }
    }

    private void put(TarArchiveEntry entry, InputStream content) throws IOException {
        List<String> names = names(entry.getName());
        if (names.isEmpty()) {
            return;
        }
        String name = names.removeLast();
        Path parent = folder(names, entry.getName());
        if (name.equals(OPAQUE)) {
            try (var lower = Files.list(parent)) {
                for (Path one : lower.filter(path -> !ofThisLayer.contains(path)).toList()) {
                    remove(one);
                }
            }
            return;
        }
        if (name.startsWith(WHITEOUT)) {
            String gone = name.substring(WHITEOUT.length());
            if (gone.isEmpty() || gone.equals(".") || gone.equals("..")) {
                throw OciLayout.bad("a whiteout of nothing: " + entry.getName());
            }
            if (!ofThisLayer.contains(parent.resolve(gone))) {
                remove(parent.resolve(gone));
            }
            return;
        }
        put(entry, content, parent.resolve(name));
        for (Path path = parent.resolve(name); !path.equals(root); path = path.getParent()) {
            ofThisLayer.add(path);
        }
    }

    private void put(TarArchiveEntry entry, InputStream content, Path to) throws IOException {
        if (entry.isDirectory()) {
            if (!Files.isDirectory(to, LinkOption.NOFOLLOW_LINKS)) {
                remove(to);
                Files.createDirectory(to);
            }
            folders.put(to, perms(entry));
        } else if (entry.isSymbolicLink()) {
            remove(to);
            Files.createSymbolicLink(to, Path.of(entry.getLinkName()));
        } else if (entry.isLink()) {
            Path target = linked(entry);
            if (!target.equals(to)) {
                remove(to);
                Files.createLink(to, target);
            }
        } else if (!entry.isCharacterDevice() && !entry.isBlockDevice() && !entry.isFIFO()) {
            remove(to);
            try (var out = Files.newOutputStream(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.transferTo(out);
            }
            Files.setPosixFilePermissions(to, perms(entry));
        }
    }

    private Path linked(TarArchiveEntry entry) {
        List<String> names = names(entry.getLinkName());
        if (!names.isEmpty()) {
            String last = names.removeLast();
            Path at = view.find(String.join("/", names)).map(parent -> parent.resolve(last)).orElse(null);
            if (at != null && Files.exists(at, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
                return at;
            }
        }
        throw OciLayout.bad("%s is a link to %s, which is no file of the image".formatted(entry.getName(),
                entry.getLinkName()));
    }

    private static List<String> names(String path) {
        List<String> names = new ArrayList<>();
        for (String name : path.split("/+")) {
            if (name.equals("..") || name.indexOf(0) >= 0) {
                throw OciLayout.bad("a path leads out of the image: " + path);
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        return names;
    }

    /** Returns a folder of the image, which is made if it is missing; links are followed within the image. */
    private Path folder(List<String> names, String entry) throws IOException {
        Path at = root;
        for (int i = 0; i < names.size(); i++) {
            Path next = at.resolve(names.get(i));
            if (!Files.exists(next, LinkOption.NOFOLLOW_LINKS)) {
                at = Files.createDirectory(next);
                continue;
            }
            String within = "/" + root.relativize(next);
            at = view.find(within)
                    .filter(found -> Files.isDirectory(found, LinkOption.NOFOLLOW_LINKS))
                    .orElseThrow(() -> OciLayout.bad("%s lies below something that is no folder of the image".formatted(
                            entry)));
        }
        return at;
    }

    private void remove(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Files.delete(path);
            folders.remove(path);
        } catch (DirectoryNotEmptyException e) {
            try (var files = Files.walk(path)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                    folders.remove(file);
                }
            }
        }
    }

    private static Set<PosixFilePermission> perms(TarArchiveEntry entry) {
        PosixFilePermission[] bits = PosixFilePermission.values(); // OWNER_READ first, OTHERS_EXECUTE last
        var perms = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < bits.length; i++) {
            if ((entry.getMode() >> bits.length - 1 - i & 1) != 0) {
                perms.add(bits[i]);
            }
        }
        return perms;
    }

    /** Gives folders the permissions they are to have. */
    @Override
    public void close() throws IOException {
        for (var folder : folders.entrySet()) {
            if (Files.isDirectory(folder.getKey(), LinkOption.NOFOLLOW_LINKS)) {
                var perms = EnumSet.copyOf(folder.getValue().isEmpty() ? Set.of(PosixFilePermission.OWNER_READ)
                        : folder.getValue());
                perms.add(PosixFilePermission.OWNER_WRITE); // it must be possible to remove it
                perms.add(PosixFilePermission.OWNER_EXECUTE);
                Files.setPosixFilePermissions(folder.getKey(), perms);
            }
        }
    }
}

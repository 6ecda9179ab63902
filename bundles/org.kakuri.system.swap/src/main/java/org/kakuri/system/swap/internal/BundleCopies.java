package org.kakuri.system.swap.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.Deflater;
import org.kakuri.api.Unsupported;
import org.osgi.framework.Bundle;

/** Copies of a running bundle whose manifests differ in a note, so that each is a changed jar. */
final class BundleCopies {
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final String NOTE = "Kakuri-Soak-Build";

    private final String symbolicName;
    private final Map<String, byte[]> entries;
    private final Path file;
    private int builds;

    private BundleCopies(String symbolicName, Map<String, byte[]> entries, Path file) {
        this.symbolicName = symbolicName;
        this.entries = entries;
        this.file = file;
    }

    /**
     * Reads a bundle.
     *
     * @param folder where copies are put, one at a time
     */
    static BundleCopies of(Bundle bundle, Path folder) {
        var urls = bundle.findEntries("/", "*", true);
        if (urls == null) {
            throw new Unsupported("the content of %s cannot be read".formatted(bundle.getSymbolicName()), "");
        }
        Map<String, byte[]> entries = new LinkedHashMap<>();
        for (URL url : Collections.list(urls)) {
            String name = url.getPath().substring(1);
            if (!name.endsWith("/")) {
                entries.put(name, read(url));
            }
        }
        return new BundleCopies(bundle.getSymbolicName(), entries,
                folder.resolve(bundle.getSymbolicName() + ".jar"));
    }

    private static byte[] read(URL url) {
        try (InputStream in = url.openStream()) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + url, e);
        }
    }

    String symbolicName() {
        return symbolicName;
    }

    /** Writes a copy that differs from all before. */
    Path changed() {
        return write(Integer.toString(++builds));
    }

    /** Writes a copy without a note. */
    Path original() {
        return write(null);
    }

    private Path write(String note) {
        try {
            var manifest = new Manifest(new ByteArrayInputStream(entries.getOrDefault(MANIFEST, new byte[0])));
            manifest.getMainAttributes().remove(new Attributes.Name(NOTE));
            if (note != null) {
                manifest.getMainAttributes().putValue(NOTE, note);
            }
            try (var out = new JarOutputStream(Files.newOutputStream(file), manifest)) {
                out.setLevel(Deflater.NO_COMPRESSION);
                for (var entry : entries.entrySet()) {
                    if (!entry.getKey().equals(MANIFEST)) {
                        out.putNextEntry(new JarEntry(entry.getKey()));
                        out.write(entry.getValue());
                    }
                }
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write a copy of " + symbolicName + " to " + file, e);
        }
    }
}

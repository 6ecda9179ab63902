package org.kakuri.itest;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.Bundle;

/** Copies of a running bundle's jar whose content differs in a note. */
final class ChangedJar {
    private ChangedJar() {}

    static Path of(Path original, Path folder, int number) throws IOException {
        Path copy = folder.resolve("changed-" + number + ".jar");
        try (InputStream file = Files.newInputStream(original); var in = new JarInputStream(file)) {
            Manifest manifest = in.getManifest();
            manifest.getMainAttributes().putValue("Kakuri-Test-Build", Integer.toString(number));
            try (var out = new JarOutputStream(Files.newOutputStream(copy), manifest)) {
                for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    in.transferTo(out);
                }
            }
        }
        return copy;
    }

    /** Returns the file a bundle was installed from. */
    static Path original(Bundle bundle) {
        String location = bundle.getLocation();
        return Path.of(URI.create(location.startsWith("reference:") ? location.substring(10) : location));
    }
}

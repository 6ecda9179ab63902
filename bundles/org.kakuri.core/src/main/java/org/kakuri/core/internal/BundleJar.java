package org.kakuri.core.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.RuntimeImage;

/**
 * A jar file that is to be installed.
 *
 * @param path the file
 * @param symbolicName its {@code Bundle-SymbolicName}
 * @param version its {@code Bundle-Version}
 * @param sha256 digest of the whole file, in hexadecimal
 */
record BundleJar(Path path, String symbolicName, String version, String sha256) {
    private static final int SHORT = 16;

    /**
     * Reads the manifest.
     *
     * @throws Refused if it is no bundle
     */
    static BundleJar read(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new Refused("no such file: " + path, "give the path of a bundle's jar");
        }
        try (JarFile jar = new JarFile(path.toFile())) {
            var manifest = jar.getManifest();
            String name = manifest == null ? null : manifest.getMainAttributes().getValue("Bundle-SymbolicName");
            if (name == null) {
                throw new Refused(path + " is no bundle: its manifest has no Bundle-SymbolicName",
                        "build it with bnd, see wb:new-plugin");
            }
            String version = manifest.getMainAttributes().getValue("Bundle-Version");
            return new BundleJar(path, name.split(";")[0].strip(), version == null ? "0" : version,
                    new RuntimeImage(RuntimeImage.Kind.PROGRAM, path).sha256());
        } catch (IOException e) {
            throw new Refused(path + " is no jar: " + e.getMessage(), "perhaps it is still being written; try again",
                    e);
        }
    }

    /** Returns where the framework shall know it from: its name and content, so that two builds never collide. */
    String location() {
        return "kakuri:" + symbolicName + "@" + sha256.substring(0, SHORT);
    }

    InputStream open() throws IOException {
        return Files.newInputStream(path);
    }
}

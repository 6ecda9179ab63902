package org.kakuri.core.internal;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

    /** Returns the name of a copy, which tells its content, so that two builds never collide. */
    private String copyName() {
        return symbolicName + "@" + sha256.substring(0, SHORT) + ".jar";
    }

    /**
     * Returns where the framework shall know it from: a copy that nobody writes to any more. A file, because parts of a system
     * may run in processes of their own, with the bundle's jar on their class path.
     *
     * @param folder where copies are kept
     */
    String location(Path folder) {
        return "reference:" + folder.resolve(copyName()).toUri();
    }

    /** Makes the copy, if there is none. */
    void copyTo(Path folder) throws IOException {
        Path copy = folder.resolve(copyName());
        if (Files.exists(copy)) {
            return;
        }
        Files.createDirectories(folder);
        Path part = Files.copy(path, folder.resolve(copyName() + ".part"), StandardCopyOption.REPLACE_EXISTING);
        if (!new RuntimeImage(RuntimeImage.Kind.PROGRAM, part).sha256().equals(sha256)) {
            Files.delete(part);
            throw new IOException("it changed while it was read");
        }
        Files.move(part, copy, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Deletes the copy that a bundle was installed from, if it was. */
    static void deleteCopy(Path folder, String location) throws IOException {
        if (location.startsWith("reference:" + folder.toUri())) {
            Files.deleteIfExists(Path.of(URI.create(location.substring("reference:".length()))));
        }
    }
}

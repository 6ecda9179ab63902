package org.kakuri.domain.internal.closure;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/** A framework and bundles made of nothing but a manifest and a text. */
final class TestBundles {
    private final Framework framework;
    private final Path folder;

    TestBundles(Path folder) throws BundleException {
        this.folder = folder;
        framework = new FrameworkFactory().newFramework(
                Map.of(Constants.FRAMEWORK_STORAGE, folder.resolve("cache").toString(), "felix.cache.locking",
                        "false", "felix.log.level", "0"));
        framework.start();
    }

    Framework framework() {
        return framework;
    }

    /** Installs from a file in place. Headers are written as {@code Name: value}. */
    Bundle install(String name, String... headers) throws BundleException, IOException {
        Path file = folder.resolve(name + ".jar");
        Files.write(file, jar(name, name, headers));
        return framework.getBundleContext().installBundle("reference:" + file.toUri());
    }

    static byte[] jar(String name, String text, String... headers) {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        main.putValue(Constants.BUNDLE_SYMBOLICNAME, name);
        for (String header : headers) {
            main.putValue(header.substring(0, header.indexOf(':')), header.substring(header.indexOf(':') + 2));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
            jar.putNextEntry(new JarEntry("folder/"));
            jar.closeEntry();
            jar.putNextEntry(new JarEntry("folder/text"));
            jar.write(text.getBytes(StandardCharsets.UTF_8));
            jar.closeEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    void start(List<Bundle> bundles) throws BundleException {
        for (Bundle bundle : bundles) {
            bundle.start();
        }
    }

    void close() throws BundleException, InterruptedException {
        framework.stop();
        framework.waitForStop(10_000);
    }
}

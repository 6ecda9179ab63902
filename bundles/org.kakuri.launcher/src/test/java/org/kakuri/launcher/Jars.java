package org.kakuri.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes.Name;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** A bundle to be written for a test. */
final class Jars {
    private final Manifest manifest = new Manifest();
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final StringBuilder components = new StringBuilder();

    Jars(String symbolicName) {
        manifest.getMainAttributes().put(Name.MANIFEST_VERSION, "1.0");
        header("Bundle-ManifestVersion", "2");
        header("Bundle-SymbolicName", symbolicName);
    }

    Jars header(String name, String value) {
        manifest.getMainAttributes().putValue(name, value);
        return this;
    }

    /** A component whose description has this body. */
    Jars component(String name, String body) {
        String path = "OSGI-INF/" + name + ".xml";
        files.put(path, """
                <?xml version="1.0" encoding="UTF-8"?>
                <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="%s">
                %s
                </scr:component>
                """.formatted(name, body).getBytes(StandardCharsets.UTF_8));
        components.append(components.isEmpty() ? "" : ",").append(path);
        header("Service-Component", components.toString());
        return this;
    }

    Jars type(Class<?> type) throws IOException {
        String path = type.getName().replace('.', '/') + ".class";
        try (InputStream in = type.getClassLoader().getResourceAsStream(path)) {
            files.put(path, in.readAllBytes());
        }
        return this;
    }

    Path write(Path folder) throws IOException {
        Path jar = folder.resolve(manifest.getMainAttributes().getValue("Bundle-SymbolicName") + ".jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                out.putNextEntry(new ZipEntry(file.getKey()));
                out.write(file.getValue());
            }
        }
        return jar;
    }
}

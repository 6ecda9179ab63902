package org.kakuri.domain.internal.closure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;
import java.util.jar.JarInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

@Timeout(60)
class JarStoreTest {
    @TempDir
    Path folder;

    private TestBundles bundles;
    private JarStore store;

    @BeforeEach
    void startFramework() throws Exception {
        bundles = new TestBundles(folder);
        store = new JarStore(folder.resolve("jars"));
    }

    @AfterEach
    void stopFramework() throws Exception {
        bundles.close();
    }

    private static String text(Path jar) throws Exception {
        try (JarFile file = new JarFile(jar.toFile())) {
            return new String(file.getInputStream(file.getEntry("folder/text")).readAllBytes(),
                    StandardCharsets.UTF_8);
        }
    }

    @Test
    void refersToTheFileABundleWasInstalledFrom() throws Exception {
        Bundle bundle = bundles.install("a");

        BundleJar jar = store.jarOf(bundle);

        assertEquals(new BundleJar("a", folder.resolve("a.jar"), JarStore.sha256(folder.resolve("a.jar"))), jar);
        assertEquals(jar, store.jarOf(bundle));
        assertFalse(Files.exists(folder.resolve("jars")));
    }

    @Test
    void packsWhatCameFromAStream() throws Exception {
        Bundle bundle = bundles.install("a");
        BundleJar first = store.jarOf(bundle);
        bundle.update(new ByteArrayInputStream(TestBundles.jar("a", "changed")));

        BundleJar jar = store.jarOf(bundle);

        assertNotEquals(first, jar);
        assertEquals(folder.resolve("jars").resolve(jar.sha256() + ".jar"), jar.file());
        assertEquals(jar.sha256(), JarStore.sha256(jar.file()));
        assertEquals("changed", text(jar.file()));
        Bundle copy = bundles.framework()
                .getBundleContext()
                .installBundle("copy",
                        new ByteArrayInputStream(TestBundles.jar("b", "x")));
        assertEquals("x", text(store.jarOf(copy).file()));
    }

    @Test
    void packsTheSameContentIntoTheSameBytes() throws Exception {
        Bundle bundle = bundles.framework()
                .getBundleContext()
                .installBundle("stream",
                        new ByteArrayInputStream(TestBundles.jar("a", "text")));

        BundleJar once = store.jarOf(bundle);
        BundleJar twice = new JarStore(folder.resolve("other")).jarOf(bundle);

        assertEquals(once.sha256(), twice.sha256());
        try (JarInputStream jar = new JarInputStream(Files.newInputStream(once.file()))) {
            assertEquals("a", jar.getManifest().getMainAttributes().getValue("Bundle-SymbolicName"));
        }
    }

    @Test
    void packsAgainWhatWasDamaged() throws Exception {
        Bundle bundle = bundles.framework()
                .getBundleContext()
                .installBundle("stream",
                        new ByteArrayInputStream(TestBundles.jar("a", "text")));
        BundleJar jar = store.jarOf(bundle);
        Files.writeString(jar.file(), "no jar");

        assertEquals(jar, store.jarOf(bundle));
        assertEquals("text", text(jar.file()));
    }

    @Test
    void packsWhatRunsAndNotAFileThatHasChangedSince() throws Exception {
        Path file = folder.resolve("c.jar");
        Files.write(file, TestBundles.jar("c", "text"));
        Bundle bundle = bundles.framework().getBundleContext().installBundle(file.toUri().toString());
        Files.write(file, TestBundles.jar("c", "newer"));

        BundleJar jar = store.jarOf(bundle);

        assertNotEquals(file, jar.file());
        assertEquals("text", text(jar.file()));
    }

    @Test
    void digestsAsOthersDo() throws Exception {
        Path file = Files.writeString(folder.resolve("abc"), "abc");

        assertEquals("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", JarStore.sha256(file));
        assertThrows(java.io.IOException.class, () -> JarStore.sha256(folder.resolve("absent")));
        assertTrue(JarStore.file("reference:file:/a/b%20c.jar").equals(Path.of("/a/b c.jar")));
        assertEquals(null, JarStore.file("inputstream:x"));
    }
}

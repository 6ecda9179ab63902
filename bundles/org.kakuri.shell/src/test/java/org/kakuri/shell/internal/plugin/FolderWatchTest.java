package org.kakuri.shell.internal.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.Refused;

@Timeout(30)
class FolderWatchTest {

    @TempDir
    Path temp;
    private Path folder;
    private FolderWatch watch;
    private final List<String> installed = new ArrayList<>();
    private final List<String> said = new ArrayList<>();
    private RuntimeException refusal;
    private int second;

    @BeforeEach
    void start() throws IOException {
        folder = Files.createDirectory(temp.resolve("target"));
        watch = new FolderWatch(folder, this::install, said::add);
    }

    private String install(Path jar) {
        if (refusal != null) {
            throw refusal;
        }
        try {
            assertFalse(jar.startsWith(folder), "the file itself, which may change, was installed");
            installed.add(jar.getFileName() + ":" + Files.size(jar));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return "update " + jar.getFileName() + " #" + installed.size();
    }

    private static byte[] jar(String content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new JarOutputStream(bytes)) {
            out.putNextEntry(new ZipEntry("content"));
            out.write(content.getBytes());
        }
        return bytes.toByteArray();
    }

    /** Writes a file with a later time than any before. */
    private Path write(String name, byte[] content) throws IOException {
        Path file = Files.write(folder.resolve(name), content);
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH.plusSeconds(++second)));
        return file;
    }

    @Test
    void installsAJarWhenItLooksTheSameTwice() throws IOException {
        byte[] content = jar("one");
        write("x.jar", content);
        watch.look();
        assertEquals(List.of(), installed);

        watch.look();
        watch.look();

        assertEquals(List.of("x.jar:" + content.length), installed);
        assertEquals(List.of("watch: update x.jar #1"), said);
        assertEquals("update x.jar #1", watch.latest());
    }

    @Test
    void updatesWhenTheContentChangedAndNotWhenOnlyTheTimeDid() throws IOException {
        write("x.jar", jar("one"));
        look(3);
        write("x.jar", jar("one"));
        look(3);
        assertEquals(1, installed.size());

        write("x.jar", jar("another"));
        look(3);
        assertEquals(2, installed.size());
    }

    @Test
    void waitsWhileAJarIsBeingWritten() throws IOException {
        byte[] content = jar("a content that is long enough to be cut everywhere");
        for (int end = 0; end < content.length; end++) {
            write("x.jar", Arrays.copyOf(content, end));
            look(2);
            assertEquals(List.of(), installed, "installed " + end + " of " + content.length + " bytes");
        }
        write("x.jar", content);
        look(2);
        assertEquals(1, installed.size());
    }

    @Test
    void waitsWhileAJarKeepsChanging() throws IOException {
        for (int i = 0; i < 5; i++) {
            write("x.jar", jar("version " + i));
            watch.look();
        }
        assertEquals(List.of(), installed);
    }

    @Test
    void aJarWithADamagedEntryIsNotWhole() throws IOException {
        byte[] content = jar("stored");
        content[45] ^= 1;
        write("x.jar", content);
        look(3);
        assertEquals(List.of(), installed);
    }

    @Test
    void leavesAloneWhatIsNoBundleOfTheBuild() throws IOException {
        for (String name : List.of("x-sources.jar", "x-javadoc.jar", "x-tests.jar", "x.jar.original", "x.zip")) {
            write(name, jar("x"));
        }
        look(3);
        assertEquals(List.of(), installed);
    }

    @Test
    void saysWhyAJarWasRefusedOnceAndTriesItsSuccessor() throws IOException {
        Path jar = write("x.jar", jar("bad"));
        refusal = new Refused("it is no bundle", "build it with bnd");
        look(5);
        assertEquals(List.of("watch: x.jar not installed: it is no bundle; build it with bnd"), said);

        refusal = null;
        write("x.jar", jar("good"));
        look(2);
        assertEquals("update x.jar #1", watch.latest());
        assertEquals(folder, jar.getParent());
    }

    @Test
    void anUnforeseenFailureEndsNothing() throws IOException {
        write("x.jar", jar("bad"));
        refusal = new IllegalStateException("broken");
        look(2);
        refusal = null;
        write("y.jar", jar("good"));
        look(2);
        assertEquals(List.of("watch: x.jar not installed: broken", "watch: update y.jar #1"), said);
    }

    @Test
    void waitsForAFolderThatIsDeletedAndMadeAgain() throws IOException {
        write("x.jar", jar("one"));
        look(2);
        Files.delete(folder.resolve("x.jar"));
        Files.delete(folder);
        look(2);
        Files.createDirectory(folder);
        write("x.jar", jar("two"));
        look(2);
        assertEquals(2, installed.size());
        assertEquals(2, said.size());
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            watch.look();
        }
    }
}

package org.kakuri.runtime.occlum.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.ServedTree;

/** What guests find mounted: memory, folders, encrypted volumes, trees that a service makes up; and nothing stays. */
@Timeout(120)
class MountsTest {
    @TempDir
    Path folder;

    private String key() throws Exception {
        Path key = folder.resolve("key");
        Files.writeString(key, "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n");
        return "volume.key=" + key;
    }

    private static List<String> sh(String script) {
        return List.of("/bin/sh", "-c", script);
    }

    @ParameterizedTest
    @ValueSource(strings = {"scone", "occlum"})
    void rootIsReadOnlyAndMountsGoWithTheGuest(String runtime) throws Exception {
        String before = Files.readString(Path.of("/proc/self/mountinfo"));
        Path given = Files.createDirectory(folder.resolve("given"));
        Files.writeString(given.resolve("file"), "given\n");
        try (Bench bench = Bench.none()) {
            var ran = bench.run(runtime,
                    sh("echo x > /etc/kakuri-test; echo y > /tmp/file; cat /tmp/file; cat /mnt/file"),
                    "mount./mnt=host:" + given);
            assertEquals("y\ngiven\n", ran.out());
            assertTrue(ran.err().contains("Read-only file system"), ran.err());
        }
        assertFalse(Files.exists(Path.of("/etc/kakuri-test")));
        assertEquals(before, Files.readString(Path.of("/proc/self/mountinfo")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"scone", "occlum"})
    void volumeIsEncryptedAndRefusesWhatWasChanged(String runtime) throws Exception {
        Path volume = Files.createDirectory(folder.resolve("volume"));
        String[] options = {"mount./mnt=volume:" + volume, key()};
        try (Bench bench = Bench.none()) {
            assertEquals(0, bench.run(runtime, sh("echo secret word > /mnt/a; mkdir /mnt/d; echo two > /mnt/d/b"),
                    options).status());
            assertEquals("secret word\ntwo\n", bench.run(runtime, sh("cat /mnt/a /mnt/d/b"), options).out());
            byte[] sealed = Files.readAllBytes(volume.resolve("a"));
            assertFalse(new String(sealed, StandardCharsets.ISO_8859_1).contains("secret"));
            byte[] flipped = sealed.clone();
            flipped[3] ^= 1;
            Files.write(volume.resolve("a"), flipped);
            var refused = assertThrows(Refused.class, () -> bench.run(runtime, sh("cat /mnt/a"), options));
            assertTrue(refused.getMessage().contains("a does not authenticate"), refused.getMessage());
            Files.write(volume.resolve("a"), sealed);
            Files.writeString(volume.resolve("stranger"), "x");
            assertThrows(Refused.class, () -> bench.run(runtime, sh("cat /mnt/a"), options));
            Files.delete(volume.resolve("stranger"));
            assertEquals("secret word\n", bench.run(runtime, sh("cat /mnt/a"), options).out());
        }
        try (var left = Files.list(Path.of("/dev/shm"))) {
            assertTrue(left.noneMatch(file -> file.getFileName().toString().startsWith("kakuri-volume")));
        }
    }

    /** A made-up /proc of a machine with one process, 77. */
    private static final class Made implements ServedTree, ServedTree.View {
        @Override
        public View open(WayOut out) {
            return this;
        }

        @Override
        public Optional<Node> find(String path, int reader) {
            return Optional.ofNullable(switch (path) {
            case "" -> new Folder(List.of("version", "self@", "77/", "1000/"));
            case "77" -> new Folder(List.of("status", "comm"));
            case "1000" -> new Folder(List.of());
            case "77/status" -> new File(new byte[0]);
            case "77/comm" -> new File("sleeper\n".getBytes(StandardCharsets.US_ASCII));
            case "self" -> new Link("77");
            case "version" -> new File("made up\n".getBytes(StandardCharsets.US_ASCII));
            default -> null;
            });
        }

        @Override
        public void close() {}
    }

    @ParameterizedTest
    @CsvSource({"scone,fidelity", "occlum,fidelity", "scone,fast", "occlum,fast"})
    void unmodifiedToolsReadWhatAServiceMakesUp(String runtime, String mode) throws Exception {
        try (Bench bench = Bench.none()) {
            var provider = Bench.runtime(runtime);
            Bench.serve(provider, new Made(), Map.of(ServedTree.NAME, "made"));
            try (RuntimeSession session = provider.open(bench,
                    new RuntimeImage(RuntimeImage.Kind.ROOT_FOLDER, Path.of("/")),
                    Bench.spec(Bench.MEMORY, "mount./proc=served:made", "mode=" + mode))) {
                var ran = Bench.run(session, sh("ls -U /proc; cat /proc/version /proc/self/comm; readlink /proc/self;"
                        + "cd /proc/77; cat comm; ls -U; pwd; cd ..; cat version; ls -U; stat -c %F 1000 self comm 77;"
                        + "test -e /proc/1 || echo no 1; test -r /proc/version && stat -fc %T /proc; echo /proc/7*"));
                assertEquals("""
                        version
                        self
                        77
                        1000
                        made up
                        sleeper
                        77
                        sleeper
                        status
                        comm
                        /proc/77
                        made up
                        version
                        self
                        77
                        1000
                        directory
                        symbolic link
                        directory
                        no 1
                        tmpfs
                        /proc/77
                        """, ran.out(), ran.err());
                assertTrue(ran.err().contains("comm"), ran.err());
            }
        }
        try (var left = Files.list(Path.of("/dev/shm"))) {
            assertTrue(left.noneMatch(file -> file.getFileName().toString().startsWith("kakuri-served")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fidelity", "fast"})
    void processesComeAndGoInTheOrderOfTheirNumbers(String mode) throws Exception {
        try (Bench bench = Bench.none()) {
            var ran = bench.run("occlum", sh("ls -U /proc | grep -x '[0-9]*' > /tmp/a; sleep 9 & a=$!; sleep 9 & b=$!; "
                    + "ls -U /proc | grep -x '[0-9]*' > /tmp/b; kill $a $b; sort -nc /tmp/a && sort -nc /tmp/b && "
                    + "echo sorted $(($(wc -l < /tmp/b) - $(wc -l < /tmp/a)))"), "mode=" + mode);
            assertEquals("sorted 2\n", ran.out(), ran.err());
        }
    }

    @Test
    void procOfAnInstanceShowsItsProcessesOnly() throws Exception {
        try (Bench bench = Bench.none()) {
            var ran = bench.run("occlum",
                    sh("n=0; for p in /proc/[0-9]*; do n=$((n + 1)); done; echo $n; cat /proc/self/comm"));
            assertEquals("1\ncat\n", ran.out(), ran.err());
        }
    }
}

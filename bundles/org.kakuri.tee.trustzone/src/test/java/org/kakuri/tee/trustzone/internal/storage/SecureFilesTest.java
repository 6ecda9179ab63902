package org.kakuri.tee.trustzone.internal.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.tee.model.arm.Rpmb;

@Timeout(30)
class SecureFilesTest {
    private static final UUID TA = UUID.fromString("8aaaf200-2450-11e4-abe2-0002a5d5c51b");
    private static final byte[] KEY = key(1);

    @TempDir
    Path directory;
    private final Rpmb rpmb = new Rpmb();
    private SecureFiles storage;

    @BeforeEach
    void open() {
        storage = storage(KEY, TA);
    }

    private static byte[] key(int value) {
        byte[] key = new byte[SecureFiles.KEY_BYTES];
        Arrays.fill(key, (byte) value);
        return key;
    }

    private SecureFiles storage(byte[] key, UUID application) {
        return new SecureFiles(directory, application, key, rpmb, StorageTraffic.UNCOUNTED);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void keepsReplacesListsAndDeletes() {
        assertEquals(List.of(), storage.list());
        assertEquals(Optional.empty(), storage.get("a"));
        storage.put("b", utf8("first"));
        storage.put("a", new byte[0]);
        storage.put("b", utf8("second"));
        assertEquals(List.of("a", "b"), storage.list());
        assertArrayEquals(utf8("second"), storage.get("b").orElseThrow());
        assertArrayEquals(new byte[0], storage.get("a").orElseThrow());
        assertTrue(storage.delete("a"));
        assertFalse(storage.delete("a"));
        assertEquals(List.of("b"), storage.list());
        assertEquals(4, rpmb.writeCounter());
        assertArrayEquals(utf8("second"), storage(KEY, TA).get("b").orElseThrow(), "also when opened again");
    }

    @Test
    void showsTheHostNeitherNamesNorContents() throws IOException {
        storage.put("pin of alice", utf8("1234-5678-9012"));
        for (Path file : files().keySet()) {
            assertFalse(file.toString().contains("alice"), file::toString);
            String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            assertFalse(content.contains("1234-5678") || content.contains("alice"), file::toString);
        }
    }

    @Test
    void keepsApplicationsApart() {
        UUID other = UUID.fromString("00000000-0000-0000-0000-000000000001");
        storage.put("a", utf8("mine"));
        assertEquals(Optional.empty(), storage(key(2), other).get("a"));
        assertEquals(
                "storage index was altered: counter=1, application=" + TA,
                assertThrows(Refused.class, () -> storage(key(2), TA).get("a")).getMessage(),
                "the same files under another key");
    }

    @Test
    void refusesIdsThatAreTooShortOrTooLong() {
        assertEquals("object id of 0 bytes, 1 to 64",
                assertThrows(IllegalArgumentException.class, () -> storage.put("", new byte[1])).getMessage());
        assertEquals("object id of 66 bytes, 1 to 64",
                assertThrows(IllegalArgumentException.class, () -> storage.get("é".repeat(33))).getMessage());
        storage.put("é".repeat(32), new byte[1]);
        assertEquals(List.of("é".repeat(32)), storage.list());
    }

    /** What a host does to files it holds, and an earlier copy of them. */
    private interface Attack {
        void on(SecureFilesTest test, Map<Path, byte[]> earlier) throws IOException;
    }

    static Stream<Arguments> attacks() {
        return Stream.of(
                attack("all files of yesterday", "storage was rolled back: index counter=2, RPMB counter=4",
                        (test, earlier) -> {
                            test.deleteAll();
                            test.restore(earlier);
                        }),
                attack("index of yesterday", "storage was rolled back: index counter=2, RPMB counter=4",
                        (test, earlier) -> Files.write(test.file("index.0"), earlier.get(test.file("index.0")))),
                attack("one bit of the index", "storage index was altered: counter=4",
                        (test, _) -> test.flip(test.file("index.0"), 40)),
                attack("one bit of the index's header", "storage index was altered: counter=4",
                        (test, _) -> test.flip(test.file("index.0"), 15)),
                attack("half an index", "storage index is truncated: bytes=40, expected=88",
                        (test, _) -> test.cut(test.file("index.0"), 40)),
                attack("empty index", "storage index is truncated: bytes=0, expected=88",
                        (test, _) -> test.cut(test.file("index.0"), 0)),
                attack("no index", "storage index is missing: counter=4",
                        (test, _) -> Files.delete(test.file("index.0"))),
                attack("the other index", "storage was rolled back: index counter=3, RPMB counter=4",
                        (test, _) -> Files.copy(test.file("index.1"), test.file("index.0"),
                                java.nio.file.StandardCopyOption.REPLACE_EXISTING)),
                attack("an object for an index", "storage index is truncated: bytes=66, expected=88",
                        (test, _) -> Files.copy(test.object(3), test.file("index.0"),
                                java.nio.file.StandardCopyOption.REPLACE_EXISTING)),
                attack("one bit of an object", "object was altered: id=a", (test, _) -> test.flip(test.object(3), 50)),
                attack("one bit of an object's header", "object was altered: id=a",
                        (test, _) -> test.flip(test.object(3), 20)),
                attack("half an object", "object is truncated: id=a, bytes=50, expected=66",
                        (test, _) -> test.cut(test.object(3), 50)),
                attack("a longer object", "object was altered: id=a", (test, _) -> {
                    byte[] bytes = Files.readAllBytes(test.object(3));
                    Files.write(test.object(3), Arrays.copyOf(bytes, bytes.length + 1));
                }),
                attack("no object", "object is missing: id=a", (test, _) -> Files.delete(test.object(3))),
                attack("two objects swapped", "object was exchanged: id=a, its file holds another object",
                        (test, _) -> {
                            byte[] a = Files.readAllBytes(test.object(3));
                            Files.write(test.object(3), Files.readAllBytes(test.object(4)));
                            Files.write(test.object(4), a);
                        }),
                attack("one object of yesterday", "object was rolled back: id=a, version=1, expected=3",
                        (test, earlier) -> Files.write(test.object(3),
                                earlier.entrySet()
                                        .stream()
                                        .filter(file -> file.getKey().toString().endsWith(".1")
                                                && !file.getKey().getFileName().toString().startsWith("index"))
                                        .findFirst()
                                        .orElseThrow()
                                        .getValue())));
    }

    private static Arguments attack(String what, String message, Attack attack) {
        return Arguments.of(what, message, attack);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void refuses(String what, String message, Attack attack) throws IOException {
        storage.put("a", utf8("a one"));
        storage.put("b", utf8("b one"));
        Map<Path, byte[]> earlier = files();
        storage.put("a", utf8("a two!"));
        storage.put("b", utf8("b two!"));
        assertArrayEquals(utf8("a two!"), storage.get("a").orElseThrow(), "before the attack");
        attack.on(this, earlier);
        var refused = assertThrows(Refused.class, () -> storage.get("a"));
        assertEquals(message + ", application=" + TA, refused.getMessage());
        if (message.startsWith("storage")) {
            assertThrows(Refused.class, storage::list);
            assertThrows(Refused.class, () -> storage.put("c", utf8("new")));
            assertThrows(Refused.class, () -> storage.delete("b"));
        } else {
            storage.put("a", utf8("stored again"));
            assertArrayEquals(utf8("stored again"), storage.get("a").orElseThrow());
        }
    }

    @Test
    void knowsAWriteThatWasNeverCommitted() throws IOException {
        storage.put("a", utf8("one"));
        Map<Path, byte[]> before = files();
        byte[] record = rpmb.read(TA).orElseThrow();
        storage.put("a", utf8("two"));
        byte[] uncommitted = Files.readAllBytes(file("index.0"));
        deleteAll();
        restore(before);
        rpmb.write(TA, record);
        assertArrayEquals(utf8("one"), storage.get("a").orElseThrow(), "as after a crash before the commit");
        storage.put("a", utf8("three"));
        Files.write(file("index.0"), uncommitted);
        assertEquals("storage index was never committed: index counter=2, RPMB counter=2, application=" + TA,
                assertThrows(Refused.class, () -> storage.get("a")).getMessage());
    }

    @Test
    void losesNothingWhenTheHostCannotWrite() throws IOException {
        storage.put("a", utf8("one"));
        Path inTheWay = directory.resolve(TA + "/index.0");
        Files.createDirectory(inTheWay);
        var failure = assertThrows(KakuriException.class, () -> storage.put("a", utf8("two")));
        assertTrue(failure.getMessage().startsWith("secure storage cannot write " + inTheWay), failure::getMessage);
        assertArrayEquals(utf8("one"), storage.get("a").orElseThrow());
        Files.delete(inTheWay);
        storage.put("a", utf8("two"));
        assertArrayEquals(utf8("two"), storage.get("a").orElseThrow());
    }

    @Test
    void tellsWhatItAsksOfTheNormalWorld() {
        List<String> asked = new ArrayList<>();
        var counted = new SecureFiles(directory, TA, KEY, rpmb, (event, bytes) -> asked.add(event + " " + bytes));
        counted.put("a", new byte[100]);
        assertEquals(List.of("RPMB_READ 256", "STORAGE_WRITE 160", "STORAGE_WRITE 74", "RPMB_WRITE 256"), asked);
        asked.clear();
        counted.get("a");
        assertEquals(List.of("RPMB_READ 256", "STORAGE_READ 74", "STORAGE_READ 160"), asked);
    }

    private Map<Path, byte[]> files() throws IOException {
        Map<Path, byte[]> files = new HashMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(file, Files.readAllBytes(file));
            }
        }
        return files;
    }

    private void deleteAll() throws IOException {
        for (Path file : files().keySet()) {
            Files.delete(file);
        }
    }

    private void restore(Map<Path, byte[]> files) throws IOException {
        for (var file : files.entrySet()) {
            Files.write(file.getKey(), file.getValue());
        }
    }

    private Path file(String name) {
        return directory.resolve(TA.toString()).resolve(name);
    }

    private Path object(int version) throws IOException {
        return files().keySet()
                .stream()
                .filter(file -> file.getFileName().toString().endsWith("." + version)
                        && !file.getFileName().toString().startsWith("index"))
                .findFirst()
                .orElseThrow();
    }

    private void flip(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 1;
        Files.write(file, bytes);
    }

    private void cut(Path file, int length) throws IOException {
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), length));
    }
}

package org.kakuri.runtime.libos.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.api.Refused;

/** OCI Image Format Specification 1.1: layers over each other, and layouts that lie. */
@Timeout(30)
class OciLayoutTest {
    @TempDir
    Path temp;
    private Path layout;
    private Path root;

    @BeforeEach
    void folders() throws IOException {
        layout = Files.createDirectories(temp.resolve("layout/blobs/sha256")).getParent().getParent();
        root = Files.createDirectory(temp.resolve("root"));
        Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    }

    /** An entry of a layer: {@code d}, {@code f}, {@code l} (symbolic link), {@code h} (hard link); content or target. */
    private record Entry(char kind, String name, String content) {}

    private static Entry folder(String name) {
        return new Entry('d', name, "");
    }

    private static Entry file(String name, String content) {
        return new Entry('f', name, content);
    }

    private static Entry link(String name, String target) {
        return new Entry('l', name, target);
    }

    private static byte[] tar(Entry... entries) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (Entry one : entries) {
                byte type = switch (one.kind()) {
                case 'd' -> TarConstants.LF_DIR;
                case 'l' -> TarConstants.LF_SYMLINK;
                case 'h' -> TarConstants.LF_LINK;
                case 'c' -> TarConstants.LF_CHR;
                default -> TarConstants.LF_NORMAL;
                };
                var entry = new TarArchiveEntry(one.name(), type, true);
                entry.setMode(one.kind() == 'd' ? 0755 : 0640);
                byte[] content = one.kind() == 'f' ? one.content().getBytes(StandardCharsets.UTF_8) : new byte[0];
                entry.setSize(content.length);
                if (one.kind() == 'l' || one.kind() == 'h') {
                    entry.setLinkName(one.content());
                }
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static String digest(byte[] bytes) {
        try {
            return "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private String blob(String type, byte[] bytes) throws IOException {
        String digest = digest(bytes);
        Files.write(layout.resolve("blobs/sha256").resolve(digest.substring(7)), bytes);
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}".formatted(type, digest, bytes.length);
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(plain);
        }
        return bytes.toByteArray();
    }

    private void image(UnaryOperator<String> config, byte[]... tars) throws IOException {
        List<String> layers = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (byte[] tar : tars) {
            layers.add(blob("application/vnd.oci.image.layer.v1.tar+gzip", gzip(tar)));
            ids.add("\"" + digest(tar) + "\"");
        }
        write(config, layers, ids);
    }

    private void write(UnaryOperator<String> config, List<String> layers, List<String> ids) throws IOException {
        String json = config.apply("{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"type\":\"layers\","
                + "\"diff_ids\":" + ids + "}}");
        String manifest = "{\"schemaVersion\":2,\"config\":%s,\"layers\":%s}".formatted(
                blob("application/vnd.oci.image.config.v1+json", json.getBytes(StandardCharsets.UTF_8)), layers);
        Files.writeString(layout.resolve("index.json"), "{\"schemaVersion\":2,\"manifests\":[%s]}".formatted(
                blob("application/vnd.oci.image.manifest.v1+json", manifest.getBytes(StandardCharsets.UTF_8))));
    }

    private void unpack() {
        OciLayout.unpack(layout, root);
    }

    @Test
    void putsLayersOverEachOther() throws Exception {
        image(UnaryOperator.identity(),
                tar(folder("./"), folder("usr/"), folder("usr/lib"), file("usr/lib/one", "1"), file("usr/lib/two", "2"),
                        link("lib", "usr/lib"), link("abs", "/usr"), file("gone", "x"), folder("old/"),
                        file("old/a", "a"),
                        file("old/b", "b"), file("kind", "file")),
                tar(file("lib/three", "3"), file("abs/four", "4"), file(".wh.gone", ""), file("old/new", "n"),
                        file("old/.wh..wh..opq", ""), folder("kind"), new Entry('h', "hard", "usr/lib/one"),
                        new Entry('c', "device", ""), file("usr/lib/.wh.two", ""), file("/rooted", "r")));

        unpack();

        assertEquals("3", Files.readString(root.resolve("usr/lib/three")), "through a link of a lower layer");
        assertEquals("4", Files.readString(root.resolve("usr/four")), "an absolute link begins at the image's root");
        assertTrue(Files.isSymbolicLink(root.resolve("lib")));
        assertFalse(Files.exists(root.resolve("gone")));
        assertFalse(Files.exists(root.resolve("usr/lib/two")));
        try (var left = Files.list(root.resolve("old"))) {
            assertEquals(List.of(root.resolve("old/new")), left.toList(), "what this layer has itself stays");
        }
        assertTrue(Files.isDirectory(root.resolve("kind")));
        assertEquals(Files.getAttribute(root.resolve("usr/lib/one"), "unix:ino"),
                Files.getAttribute(root.resolve("hard"), "unix:ino"));
        assertFalse(Files.exists(root.resolve("device"), LinkOption.NOFOLLOW_LINKS));
        assertEquals("r", Files.readString(root.resolve("rooted")));
        assertEquals("rw-r-----", java.nio.file.attribute.PosixFilePermissions.toString(
                Files.getPosixFilePermissions(root.resolve("usr/lib/one"))));
    }

    @Test
    void readsLayersOfZstdAndOfNothing() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/zstd")), "zstd is not installed");
        byte[] one = tar(file("one", "1"));
        byte[] two = tar(file("two", "2".repeat(100_000)));
        Path plain = Files.write(temp.resolve("two.tar"), two);
        assertEquals(0, new ProcessBuilder("/usr/bin/zstd", "-q", plain.toString()).start().waitFor());
        write(UnaryOperator.identity(),
                List.of(blob("application/vnd.oci.image.layer.v1.tar", one), blob(
                        "application/vnd.oci.image.layer.v1.tar+zstd",
                        Files.readAllBytes(temp.resolve("two.tar.zst")))),
                List.of("\"" + digest(one) + "\"", "\"" + digest(two) + "\""));

        unpack();

        assertEquals("1", Files.readString(root.resolve("one")));
        assertEquals(100_000, Files.size(root.resolve("two")));
    }

    static Stream<Arguments> hostile() {
        return Stream.of(Arguments.of("leads out", List.of(file("../evil", "x"))),
                Arguments.of("leads out", List.of(file("a/../../evil", "x"))),
                Arguments.of("no folder of the image", List.of(link("a", "../../.."), file("a/b/evil", "x"), link("b",
                        "gone"), file("b/evil", "x"))),
                Arguments.of("no folder of the image", List.of(link("a", "a"), file("a/evil", "x"))),
                Arguments.of("no folder of the image", List.of(file("f", "x"), file("f/evil", "x"))),
                Arguments.of("no file of the image", List.of(new Entry('h', "passwd", "/etc/passwd"))),
                Arguments.of("no file of the image", List.of(link("up", "../../../etc"), new Entry('h', "x",
                        "up/passwd"))),
                Arguments.of("whiteout of nothing", List.of(file(".wh..", ""))),
                Arguments.of("leads out", List.of(new Entry('h', "x", "../../etc/passwd"))));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void refusesLayersThatReachOut(String why, List<Entry> entries) throws Exception {
        image(UnaryOperator.identity(), tar(entries.toArray(Entry[]::new)));

        Refused refused = assertThrows(Refused.class, this::unpack);

        assertTrue(refused.getMessage().contains(why), refused.getMessage());
        try (var all = Files.walk(temp)) {
            assertTrue(all.filter(path -> !path.startsWith(root)).noneMatch(path -> path.endsWith("evil")));
        }
    }

    /** A link out of the image stays one in the image: what is written through it lies inside. */
    @Test
    void linksThatLeadOutEndAtTheRoot() throws Exception {
        image(UnaryOperator.identity(),
                tar(folder("tmp"), link("out", "../../../../tmp"), file("out/kakuri-oci", "x")));

        unpack();

        assertEquals("x", Files.readString(root.resolve("tmp/kakuri-oci")));
        assertFalse(Files.exists(Path.of("/tmp/kakuri-oci")));
    }

    private Path blobOf(String digest) {
        return layout.resolve("blobs/sha256").resolve(digest.substring(7));
    }

    @Test
    void refusesBlobsThatAreNotWhatTheyAreSaidToBe() throws Exception {
        byte[] tar = tar(file("one", "1"));
        image(UnaryOperator.identity(), tar);
        Path layer = blobOf(digest(gzip(tar)));
        byte[] bytes = Files.readAllBytes(layer);

        bytes[bytes.length / 2] ^= 1;
        Files.write(layer, bytes);
        assertRefused("has the digest sha256:");
        Files.write(layer, Arrays.copyOf(bytes, bytes.length - 1));
        assertRefused("and is said to have");
        Files.delete(layer);
        assertRefused("is missing");
        Files.createSymbolicLink(layer, Path.of("/etc/passwd"));
        assertRefused("is missing");
    }

    private void assertRefused(String why) {
        Refused refused = assertThrows(Refused.class, this::unpack);
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }

    @Test
    void refusesConfigurationsAndIndexesThatDoNotFit() throws Exception {
        byte[] tar = tar(file("one", "1"));
        image(config -> config.replace("amd64", "arm64"), tar);
        assertRefused("the image is for linux/arm64");
        image(config -> config.replace(digest(tar), "sha256:" + "0".repeat(64)), tar);
        assertRefused("when it is unpacked, and not sha256:000");
        image(config -> config.replaceAll("\\[.*\\]", "[]"), tar);
        assertRefused("1 layers, and the configuration knows 0");
        write(UnaryOperator.identity(), List.of(blob("application/x-unknown", tar)),
                List.of("\"" + digest(tar) + "\""));
        assertRefused("a layer has the type application/x-unknown");
        Files.writeString(layout.resolve("index.json"),
                "{\"manifests\":[{\"digest\":\"sha256:../../../etc/passwd\",\"size\":1}]}");
        assertRefused("a descriptor has no digest or size");
        Files.writeString(layout.resolve("index.json"), "{\"manifests\":[]}");
        assertRefused("no manifests");
        Files.writeString(layout.resolve("index.json"), "[".repeat(5000));
        assertRefused("index.json is no JSON");
        Files.delete(layout.resolve("index.json"));
        assertRefused("it has no file index.json");
        Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"2.0.0\"}");
        assertRefused("its version is not 1.0.0: 2.0.0");
    }
}

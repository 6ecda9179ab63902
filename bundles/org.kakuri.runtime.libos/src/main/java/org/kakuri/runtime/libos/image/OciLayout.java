package org.kakuri.runtime.libos.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.kakuri.api.Refused;

/**
 * A folder in OCI image layout. Everything in it may be hostile: blobs are found by their digests only, and nothing of one is used
 * before its size and its digest are what whoever refers to it says; layers moreover have to be what the configuration says they
 * are when they are unpacked.
 *
 * @rule OCI Image Format Specification 1.1, image-layout.md, image-index.md, manifest.md, config.md, descriptor.md
 */
public final class OciLayout {
    private static final String LAYOUT = "oci-layout";
    private static final String INDEX = "index.json";
    private static final String VERSION = "1.0.0";
    private static final String INDEX_TYPE = "application/vnd.oci.image.index.v1+json";
    private static final String MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
    private static final Map<String, String> ALGORITHMS = Map.of("sha256", "SHA-256", "sha512", "SHA-512");
    private static final long MOST_JSON = 4 << 20;
    private static final int MOST_DEPTH = 8;
    private static final int MOST_LAYERS = 256;
    private static final int MOST_INDEXES = 4;
    private static final JsonMapper JSON = new JsonMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MOST_DEPTH * 4).build())
            .build());

    private final Path folder;

    /** What refers to a blob. */
    private record Descriptor(String type, String digest, long size) {}

    /**
     * A layer that was found to be what it is said to be.
     *
     * @param type media type
     * @param file the blob
     * @param diffId digest that it has when it is unpacked
     */
    record Layer(String type, Path file, String diffId) {}

    private OciLayout(Path folder) {
        this.folder = folder;
    }

    /**
     * Unpacks the image for this machine.
     *
     * @param folder the layout
     * @param to an empty folder, for the root file system
     *
     * @throws Refused naming what is wrong with it; what was unpacked until then stays in the folder
     */
    public static void unpack(Path folder, Path to) {
        try {
            List<Layer> layers = new OciLayout(folder).layers();
            try (var root = new OciRoot(to)) {
                for (Layer layer : layers) {
                    root.apply(layer);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            throw new Refused("OCI layout %s cannot be unpacked: %s".formatted(folder, e.getMessage()),
                    "check the folder, and the room for temporary files", e);
        }
    }

    private List<Layer> layers() throws IOException {
        JsonNode layout = parse(LAYOUT, read(folder.resolve(LAYOUT), MOST_JSON));
        if (!layout.path("imageLayoutVersion").asText().equals(VERSION)) {
            throw bad("its version is not %s: %s".formatted(VERSION, layout.path("imageLayoutVersion").asText()));
        }
        JsonNode manifest = manifest(parse(INDEX, read(folder.resolve(INDEX), MOST_JSON)), 0);
        JsonNode config = json(descriptor(manifest.path("config")));
        String machine = config.path("os").asText() + "/" + config.path("architecture").asText();
        if (!machine.equals("linux/amd64")) {
            throw bad("the image is for %s, not for linux/amd64".formatted(machine));
        }
        JsonNode diffIds = config.path("rootfs").path("diff_ids");
        JsonNode listed = manifest.path("layers");
        if (!listed.isArray() || listed.size() != diffIds.size() || listed.size() > MOST_LAYERS) {
            throw bad("%d layers, and the configuration knows %d; there may be %d".formatted(listed.size(),
                    diffIds.size(), MOST_LAYERS));
        }
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < listed.size(); i++) {
            Descriptor layer = descriptor(listed.get(i));
            layers.add(new Layer(layer.type(), verified(layer), diffIds.get(i).asText()));
        }
        return layers;
    }

    /** Of several manifests the one for this machine is taken; without platforms there may be one only. */
    private JsonNode manifest(JsonNode index, int depth) throws IOException {
        JsonNode manifests = index.path("manifests");
        if (!manifests.isArray() || manifests.isEmpty() || depth > MOST_INDEXES) {
            throw bad("an index has no manifests, or indexes are nested deeper than " + MOST_INDEXES);
        }
        List<JsonNode> fitting = new ArrayList<>();
        for (JsonNode one : manifests) {
            JsonNode platform = one.path("platform");
            if (platform.isMissingNode() || platform.path("os").asText().equals("linux")
                    && platform.path("architecture").asText().equals("amd64")) {
                fitting.add(one);
            }
        }
        if (fitting.size() != 1) {
            throw bad("%d of its %d manifests are for linux/amd64; there must be one".formatted(fitting.size(),
                    manifests.size()));
        }
        Descriptor chosen = descriptor(fitting.getFirst());
        return switch (chosen.type()) {
        case INDEX_TYPE, "application/vnd.docker.distribution.manifest.list.v2+json" -> manifest(json(chosen),
                depth + 1);
        case MANIFEST_TYPE, "application/vnd.docker.distribution.manifest.v2+json" -> json(chosen);
        default -> throw bad("a manifest has the type " + chosen.type());
        };
    }

    private Descriptor descriptor(JsonNode node) {
        String digest = node.path("digest").asText();
        long size = node.path("size").asLong(-1);
        if (!digest.matches("sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}") || size < 0) {
            throw bad("a descriptor has no digest or size: " + abridged(node.toString()));
        }
        return new Descriptor(node.path("mediaType").asText(), digest, size);
    }

    private static String abridged(String text) {
        return text.length() < 100 ? text : text.substring(0, 100) + "...";
    }

    private JsonNode json(Descriptor descriptor) throws IOException {
        if (descriptor.size() > MOST_JSON) {
            throw bad("%s is too long: %d bytes".formatted(descriptor.digest(), descriptor.size()));
        }
        return parse(descriptor.digest(), read(verified(descriptor), MOST_JSON));
    }

    private JsonNode parse(String what, byte[] bytes) {
        try {
            JsonNode node = JSON.readTree(new String(bytes, StandardCharsets.UTF_8));
            if (node != null && node.isObject()) {
                return node;
            }
        } catch (JsonProcessingException e) {
            throw bad("%s is no JSON: %s".formatted(what, e.getOriginalMessage()));
        }
        throw bad(what + " is no JSON object");
    }

    private byte[] read(Path file, long most) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw bad("it has no file " + folder.relativize(file));
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes((int) most + 1);
            if (bytes.length > most) {
                throw bad("%s is longer than %d bytes".formatted(folder.relativize(file), most));
            }
            return bytes;
        }
    }

    /** Returns the file of a blob that is what its descriptor says. */
    private Path verified(Descriptor descriptor) throws IOException {
        int colon = descriptor.digest().indexOf(':');
        String algorithm = descriptor.digest().substring(0, colon);
        Path file = folder.resolve("blobs").resolve(algorithm).resolve(descriptor.digest().substring(colon + 1));
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw bad("the blob %s is missing".formatted(descriptor.digest()));
        }
        if (Files.size(file) != descriptor.size()) {
            throw bad("the blob %s has %d bytes, and is said to have %d".formatted(descriptor.digest(),
                    Files.size(file), descriptor.size()));
        }
        MessageDigest digest = digest(algorithm);
        try (var in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        String found = algorithm + ":" + HexFormat.of().formatHex(digest.digest());
        if (!found.equals(descriptor.digest())) {
            throw bad("the blob %s has the digest %s".formatted(descriptor.digest(), found));
        }
        return file;
    }

    static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(ALGORITHMS.getOrDefault(algorithm, algorithm));
        } catch (NoSuchAlgorithmException e) {
            throw bad("digests of kind %s are not known".formatted(algorithm));
        }
    }

    static Refused bad(String what) {
        return new Refused("not a sound OCI image layout: " + what,
                "fetch the image again, for example by skopeo copy");
    }
}

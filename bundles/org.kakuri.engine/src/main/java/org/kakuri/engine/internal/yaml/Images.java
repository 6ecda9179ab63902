package org.kakuri.engine.internal.yaml;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeImage.Kind;

/**
 * Finds what a file names: relative to the folder it lies in, then to the workspace.
 *
 * @param folder of the experiment file
 * @param workspace folder of the workspace
 */
record Images(Path folder, Path workspace) {
    private static final byte[] WASM = {0, 'a', 's', 'm'};
    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};
    private static final byte[] SCRIPT = {'#', '!'};
    private static final byte[] TAR = {'u', 's', 't', 'a', 'r'};
    private static final int TAR_AT = 257;

    /** Words of a file for kinds of image. */
    static final Map<String, Kind> KINDS = kinds();

    private static Map<String, Kind> kinds() {
        var kinds = new LinkedHashMap<String, Kind>();
        for (Kind kind : Kind.values()) {
            kinds.put(kind.name().toLowerCase(Locale.ROOT).replace('_', '-'), kind);
        }
        return kinds;
    }

    /** Returns the path of something that is there. */
    Optional<Path> find(Value value) {
        try {
            Set<Path> places = new LinkedHashSet<>();
            places.add(folder.resolve(value.text()).normalize());
            places.add(workspace.resolve(value.text()).normalize());
            Optional<Path> found = places.stream().filter(Files::exists).findFirst();
            if (found.isEmpty()) {
                value.wrong("there is no " + String.join(" and no ", places.stream().map(Path::toString).toList()));
            }
            return found;
        } catch (InvalidPathException bad) {
            value.wrong("'" + value.text() + "' is no path: " + bad.getReason());
            return Optional.empty();
        }
    }

    /** Returns an image whose kind is given or seen from its first bytes. */
    Optional<RuntimeImage> image(Value value, Optional<Kind> given) {
        return find(value).flatMap(path -> {
            Optional<Kind> kind = given.or(() -> kind(path));
            if (kind.isEmpty()) {
                value.wrong("cannot tell what kind of image " + path + " is; say kind: "
                        + String.join(", ", KINDS.keySet()));
            }
            return kind.map(each -> new RuntimeImage(each, path));
        });
    }

    private static Optional<Kind> kind(Path path) {
        if (Files.isDirectory(path)) {
            return Optional.of(Files.exists(path.resolve("oci-layout")) ? Kind.OCI_LAYOUT : Kind.ROOT_FOLDER);
        }
        if (!Files.isRegularFile(path)) {
            return Optional.empty();
        }
        byte[] head;
        try (InputStream in = Files.newInputStream(path)) {
            head = in.readNBytes(512);
        } catch (IOException unreadable) {
            return Optional.empty();
        }
        if (begins(head, 0, WASM)) {
            return Optional.of(Kind.WASM);
        }
        if (begins(head, 0, ELF) || begins(head, 0, SCRIPT)) {
            return Optional.of(Kind.PROGRAM);
        }
        return begins(head, TAR_AT, TAR) ? Optional.of(Kind.ROOT_TAR) : Optional.empty();
    }

    private static boolean begins(byte[] head, int at, byte[] magic) {
        return head.length >= at + magic.length && Arrays.equals(head, at, at + magic.length, magic, 0, magic.length);
    }
}

package org.kakuri.system.tzmediator.internal.process;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.kakuri.api.Refused;

/**
 * A folder of {@code workspace/guests}: sources, WebAssembly modules, and a MANIFEST with the compiler and the digest of
 * each.
 */
public final class GuestFiles {
    /** The ping-pong TA. */
    public static final String TA = "ta_pingpong.wasm";

    private static final String APPLICATIONS = "apps";
    private static final String MANIFEST = "MANIFEST";
    private static final String COMPILER = "compiler";

    private final GuestFolder kind;
    private final Path folder;
    private final Map<String, String> digests = new TreeMap<>();
    private final String compiler;

    /**
     * Reads the manifest of the ping-pong's folder.
     *
     * @param workspace folder of the workspace
     * @throws Refused if there is none
     */
    public GuestFiles(Path workspace) {
        this(workspace, GuestFolder.TZ);
    }

    /**
     * Reads the manifest.
     *
     * @param workspace folder of the workspace
     * @param kind which folder
     * @throws Refused if there is none
     */
    public GuestFiles(Path workspace, GuestFolder kind) {
        this(workspace, kind.folder(), kind);
    }

    private GuestFiles(Path workspace, String name, GuestFolder kind) {
        this.kind = kind;
        this.folder = workspace.resolve("guests").resolve(name);
        String manifest = new String(Sha256.content(folder.resolve(MANIFEST)), StandardCharsets.UTF_8);
        String recorded = "unknown";
        for (String line : manifest.split("\n")) {
            int gap = line.indexOf("  ");
            String rest = gap < 0 ? "" : line.substring(gap).strip();
            if (gap > 0 && line.startsWith(COMPILER)) {
                recorded = rest;
            } else if (gap > 0) {
                digests.put(rest, line.substring(0, gap));
            }
        }
        this.compiler = recorded;
    }

    /** Returns the applications, whose CAs are ordinary programs; empty if the workspace has none. */
    public static Optional<GuestFiles> applications(Path workspace) {
        return Files.isDirectory(workspace.resolve("guests").resolve(APPLICATIONS))
                ? Optional.of(new GuestFiles(workspace, APPLICATIONS, null))
                : Optional.empty();
    }

    /** Returns what the modules were compiled with. */
    public String compiler() {
        return compiler;
    }

    /** Returns the digests of the TAs' modules, by file name. */
    public Map<String, String> modules() {
        Map<String, String> modules = new TreeMap<>(digests);
        modules.keySet().removeIf(name -> !name.startsWith("ta_") || !name.endsWith(".wasm"));
        return modules;
    }

    /** Returns how its CA is made; null for {@link #applications}. */
    GuestFolder kind() {
        return kind;
    }

    /** Returns the folder. */
    public Path folder() {
        return folder;
    }

    /**
     * Returns a module after comparing its digest with the manifest's.
     *
     * @throws Refused if it is missing or not the one that was committed
     */
    public Path module(String name) {
        content(name);
        return folder.resolve(name);
    }

    /**
     * Returns what a file holds after comparing its digest with the manifest's.
     *
     * @throws Refused if it is missing or not the one that was committed
     */
    public byte[] content(String name) {
        String expected = digests.get(name);
        Path file = folder.resolve(name);
        if (expected == null) {
            throw new Refused(name + " is not in " + folder.resolve(MANIFEST), "run " + folder.resolve("build.sh"));
        }
        byte[] content = Sha256.content(file);
        String found = Sha256.of(content);
        if (!found.equals(expected)) {
            throw new Refused("%s has digest %s, its manifest says %s".formatted(file, found, expected),
                    "restore it with git, or run " + folder.resolve("build.sh") + " if you changed the sources");
        }
        return content;
    }
}

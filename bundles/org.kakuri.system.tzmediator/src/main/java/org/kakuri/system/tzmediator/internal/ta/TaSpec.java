package org.kakuri.system.tzmediator.internal.ta;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.kakuri.api.UsageError;

/**
 * A TA that can be started.
 *
 * @param name
 *            what a CA calls it
 * @param title
 *            one line
 * @param module
 *            WebAssembly module
 * @param sha256
 *            digest the module must have, in hexadecimal; empty for a path that was given directly
 * @param tee
 *            backend; empty for one with two worlds
 * @param runtime
 *            runtime; empty for one that runs such modules
 * @param style
 *            how its calls travel
 * @param memoryBytes
 *            most memory it may have
 * @param folders
 *            host folders it may reach, by the path it knows
 */
public record TaSpec(String name, String title, Path module, Optional<String> sha256, Optional<String> tee,
        Optional<String> runtime, TaStyle style, long memoryBytes, int prepared, Map<String, Path> folders) {
    /** Memory of a TA that says nothing else. */
    static final long USUAL_MEMORY = 16L << 20;

    /** Copies the folders. */
    public TaSpec {
        folders = Map.copyOf(folders);
    }

    /** Returns a TA with nothing said but its module. */
    static TaSpec usual(String name, Path module, Optional<String> sha256) {
        return new TaSpec(name, "", module, sha256, Optional.empty(), Optional.empty(), TaStyle.ADAPTIVE, USUAL_MEMORY,
                0, Map.of());
    }

    /**
     * Returns the same TA with settings.
     *
     * @param settings
     *            {@code title tee runtime style memory prepared preopen} with their values
     *
     * @throws UsageError
     *             if a value makes no sense
     */
    TaSpec with(Map<String, String> settings) {
        return new TaSpec(name, settings.getOrDefault("title", title), module, sha256,
                Optional.ofNullable(settings.get("tee")).or(() -> tee),
                Optional.ofNullable(settings.get("runtime")).or(() -> runtime),
                settings.containsKey("style") ? TaStyle.of(settings.get("style")) : style,
                settings.containsKey("memory") ? bytes(settings.get("memory")) : memoryBytes,
                settings.containsKey("prepared") ? prepared(settings.get("prepared")) : prepared,
                settings.containsKey("preopen") ? folders(settings.get("preopen")) : folders);
    }

    /** Returns the settings that differ from the usual ones, as {@link #with} takes them. */
    Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        if (!title.isEmpty()) {
            settings.put("title", title);
        }
        tee.ifPresent(value -> settings.put("tee", value));
        runtime.ifPresent(value -> settings.put("runtime", value));
        settings.put("style", style.text());
        settings.put("memory", "" + memoryBytes);
        if (prepared > 0) {
            settings.put("prepared", "" + prepared);
        }
        if (!folders.isEmpty()) {
            settings.put("preopen",
                    new TreeMap<>(folders).entrySet()
                            .stream()
                            .map(folder -> folder.getValue() + ":" + folder.getKey())
                            .reduce((a, b) -> a + "," + b)
                            .orElseThrow());
        }
        return settings;
    }

    private static long bytes(String text) {
        if (!text.matches("[0-9]{1,12}[kmgKMG]?")) {
            throw new UsageError("not a size: " + text, "write for example 16m");
        }
        char unit = Character.toLowerCase(text.charAt(text.length() - 1));
        int shift = unit == 'k' ? 10 : unit == 'm' ? 20 : unit == 'g' ? 30 : 0;
        return Long.parseLong(shift == 0 ? text : text.substring(0, text.length() - 1)) << shift;
    }

    private static int prepared(String text) {
        if (!text.matches("[0-8]")) {
            throw new UsageError("prepared=" + text + " is out of range", "write 0 to 8");
        }
        return Integer.parseInt(text);
    }

    private static Map<String, Path> folders(String text) {
        Map<String, Path> folders = new TreeMap<>();
        for (String pair : text.split(",")) {
            int colon = pair.lastIndexOf(':');
            if (colon <= 0 || colon == pair.length() - 1) {
                throw new UsageError("not understood: " + pair, "write HOST-FOLDER:FOLDER-OF-THE-TA");
            }
            folders.put(pair.substring(colon + 1), Path.of(pair.substring(0, colon)).toAbsolutePath().normalize());
        }
        return folders;
    }
}

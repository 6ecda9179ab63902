package org.kakuri.system.tzmediator.internal.ta;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Nearest;
import org.kakuri.api.Refused;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.system.tzmediator.internal.process.GuestFiles;

/**
 * The TAs there are: the modules {@code workspace/guests/tz/ta_*.wasm} and {@code guests/apps/ta_*.wasm} with the digests of
 * their manifests and the settings of {@code tas.properties} ({@code NAME.SETTING=VALUE}), and what was added as
 * {@code workspace/tas/NAME.properties}. Read anew each time, so a change counts from the next start on.
 */
public final class TaRegistry {
    private static final String SUFFIX = ".properties";
    private static final String MODULE = "module";
    private static final String DIGEST = "sha256";
    private static final Set<String> SETTINGS = Set.of("title", "tee", "runtime", "style", "memory", "prepared",
            "preopen");

    private final Path workspace;

    /**
     * @param workspace
     *            folder of the workspace
     */
    public TaRegistry(Path workspace) {
        this.workspace = workspace;
    }

    /** Returns all, by name. */
    public Map<String, TaSpec> all() {
        Map<String, TaSpec> all = new TreeMap<>();
        put(new GuestFiles(workspace), all);
        GuestFiles.applications(workspace).ifPresent(guests -> put(guests, all));
        added().forEach(file -> {
            TaSpec spec = read(file);
            all.put(spec.name(), spec);
        });
        return all;
    }

    private static void put(GuestFiles guests, Map<String, TaSpec> all) {
        Map<String, Map<String, String>> settings = settings(guests.folder().resolve("tas" + SUFFIX));
        guests.modules().forEach((file, digest) -> {
            String name = file.substring(0, file.length() - ".wasm".length());
            all.put(name, TaSpec.usual(name, guests.folder().resolve(file), Optional.of(digest))
                    .with(settings.getOrDefault(name, Map.of())));
        });
    }

    /**
     * Returns the TA that a CA asks for.
     *
     * @param name
     *            a registered name, or a path with a slash in it
     * @param directory
     *            what a relative path is relative to
     *
     * @throws UsageError
     *             if there is none, naming the nearest
     */
    public TaSpec find(String name, Path directory) {
        if (name.indexOf('/') >= 0) {
            Path module = directory.resolve(name).normalize();
            if (!Files.isRegularFile(module)) {
                throw new UsageError("no such file: " + module, "");
            }
            return TaSpec.usual(module.getFileName().toString(), module, Optional.empty());
        }
        Map<String, TaSpec> all = all();
        TaSpec spec = all.get(name);
        if (spec == null) {
            throw Nearest.unknown("TA", name, all.keySet());
        }
        return spec;
    }

    /**
     * Returns the image of a TA after comparing its digest.
     *
     * @throws Refused
     *             if it is another one
     */
    public static RuntimeImage image(TaSpec spec) {
        RuntimeImage image = new RuntimeImage(RuntimeImage.Kind.WASM, spec.module());
        String found = image.sha256();
        if (!found.equals(spec.sha256().orElse(found))) {
            throw new Refused("TA %s: %s has digest %s, registered is %s".formatted(spec.name(), spec.module(), found,
                    spec.sha256().get()), "restore the module, or register it again: tz:ta add");
        }
        return image;
    }

    /**
     * Registers a module with its present digest.
     *
     * @param settings
     *            see {@link TaSpec#with}
     *
     * @throws UsageError
     *             if the name cannot be one, or a setting makes no sense
     */
    public TaSpec add(String name, Path module, Map<String, String> settings) {
        if (!name.matches("[A-Za-z][A-Za-z0-9_.-]{0,63}")) {
            throw new UsageError("not a name for a TA: " + name, "letters, digits, _ . - and first a letter");
        }
        if (!Files.isRegularFile(module)) {
            throw new UsageError("no such file: " + module, "");
        }
        Path file = module.toAbsolutePath().normalize();
        String digest = new RuntimeImage(RuntimeImage.Kind.WASM, file).sha256();
        TaSpec spec = TaSpec.usual(name, file, Optional.of(digest)).with(settings);
        List<String> lines = new ArrayList<>(List.of(MODULE + "=" + file, DIGEST + "=" + digest));
        spec.settings().forEach((key, value) -> lines.add(key + "=" + value));
        try {
            Files.createDirectories(folder());
            Path next = Files.write(folder().resolve(name + SUFFIX + ".new"), lines);
            Files.move(next, folder().resolve(name + SUFFIX), StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new KakuriException("cannot keep TA %s in %s: %s".formatted(name, folder(), e.getMessage()),
                    "make the folder writable", e);
        }
        return spec;
    }

    /**
     * Forgets an added TA.
     *
     * @throws UsageError
     *             if it was not added
     */
    public void remove(String name) {
        List<String> names = added().stream().map(TaRegistry::name).toList();
        if (!names.contains(name)) {
            throw Nearest.unknown("TA that was added", name, names);
        }
        try {
            Files.delete(folder().resolve(name + SUFFIX));
        } catch (IOException e) {
            throw new KakuriException("cannot remove TA %s: %s".formatted(name, e.getMessage()), "", e);
        }
    }

    private Path folder() {
        return workspace.resolve("tas");
    }

    private static String name(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.length() - SUFFIX.length());
    }

    private List<Path> added() {
        if (!Files.isDirectory(folder())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder())) {
            return files.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
        } catch (IOException e) {
            throw new KakuriException("cannot list " + folder() + ": " + e.getMessage(), "", e);
        }
    }

    private static TaSpec read(Path file) {
        Map<String, String> settings = new HashMap<>(properties(file));
        String module = settings.remove(MODULE);
        String digest = settings.remove(DIGEST);
        if (module == null || digest == null || !SETTINGS.containsAll(settings.keySet())) {
            throw new Refused("%s does not describe a TA: it needs %s and %s, and may have %s".formatted(file, MODULE,
                    DIGEST, SETTINGS), "correct or delete it");
        }
        return TaSpec.usual(name(file), Path.of(module), Optional.of(digest)).with(settings);
    }

    /** {@code NAME.SETTING=VALUE}, by name. */
    private static Map<String, Map<String, String>> settings(Path file) {
        Map<String, Map<String, String>> settings = new HashMap<>();
        if (Files.isRegularFile(file)) {
            properties(file).forEach((key, value) -> {
                int dot = key.lastIndexOf('.');
                if (dot <= 0 || !SETTINGS.contains(key.substring(dot + 1))) {
                    throw new Refused(file + " has an unknown key: " + key,
                            "write NAME.SETTING; settings: " + SETTINGS);
                }
                settings.computeIfAbsent(key.substring(0, dot), _ -> new HashMap<>())
                        .put(key.substring(dot + 1),
                                value);
            });
        }
        return settings;
    }

    private static Map<String, String> properties(Path file) {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            properties.load(in);
        } catch (IOException | IllegalArgumentException e) {
            throw new Refused("cannot read " + file + ": " + e.getMessage(), "correct or delete it", e);
        }
        Map<String, String> map = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> map.put(key, properties.getProperty(key)));
        return map;
    }
}

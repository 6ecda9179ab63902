package org.kakuri.core.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.kakuri.api.KakuriException;
import org.kakuri.api.runtime.Variant;

/** Variants as property files in the workspace: {@code base}, {@code set.KEY}, {@code price.EVENT}. */
final class VariantFiles {
    private static final System.Logger LOG = System.getLogger(VariantFiles.class.getName());
    private static final String SUFFIX = ".properties";
    private static final String BASE = "base";
    private static final String SET = "set.";
    private static final String PRICE = "price.";

    private final Optional<Path> folder;

    VariantFiles(Optional<Path> folder) {
        this.folder = folder;
    }

    /** Returns those that can be read; a broken file is reported and left out. */
    List<Variant> readAll() {
        if (folder.isEmpty() || !Files.isDirectory(folder.get())) {
            return List.of();
        }
        List<Variant> variants = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder.get())) {
            for (Path file : files.filter(path -> path.toString().endsWith(SUFFIX)).sorted().toList()) {
                read(file).ifPresent(variants::add);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot list variants in {0}: {1}", folder.get(), e.getMessage());
        }
        return variants;
    }

    private static Optional<Variant> read(Path file) {
        String fileName = file.getFileName().toString();
        String name = fileName.substring(0, fileName.length() - SUFFIX.length());
        var settings = new TreeMap<String, String>();
        var prices = new TreeMap<String, Double>();
        var lines = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            lines.load(in);
            for (String key : lines.stringPropertyNames()) {
                String value = lines.getProperty(key);
                if (key.startsWith(SET)) {
                    settings.put(key.substring(SET.length()), value);
                } else if (key.startsWith(PRICE)) {
                    prices.put(key.substring(PRICE.length()), Double.parseDouble(value));
                } else if (!key.equals(BASE)) {
                    throw new IllegalArgumentException("unknown key " + key);
                }
            }
            if (lines.getProperty(BASE) == null) {
                throw new IllegalArgumentException("key base is missing");
            }
            return Optional.of(new Variant(name, lines.getProperty(BASE), settings, prices));
        } catch (IOException | IllegalArgumentException e) {
            LOG.log(System.Logger.Level.WARNING, "{0}: {1}; the variant is left out", file, e.getMessage());
            return Optional.empty();
        }
    }

    /** Keeps a variant; without a workspace it lasts as long as this process. */
    void write(Variant variant) {
        if (folder.isEmpty()) {
            return;
        }
        var lines = new ArrayList<String>(List.of(BASE + "=" + variant.base()));
        variant.settings().forEach((key, value) -> lines.add(SET + key + "=" + value));
        variant.prices().forEach((event, ns) -> lines.add(PRICE + event + "=" + ns));
        Path file = file(variant.name());
        try {
            Files.createDirectories(folder.get());
            Path next = Files.write(file.resolveSibling(file.getFileName() + ".new"), lines);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new KakuriException("cannot keep variant %s in %s: %s".formatted(variant.name(), file,
                    e.getMessage()), "make the folder writable", e);
        }
    }

    void delete(String name) {
        if (folder.isEmpty()) {
            return;
        }
        try {
            Files.deleteIfExists(file(name));
        } catch (IOException e) {
            throw new KakuriException("cannot delete " + file(name) + ": " + e.getMessage(), "delete it by hand", e);
        }
    }

    private Path file(String name) {
        return folder.orElseThrow().resolve(name + SUFFIX);
    }
}

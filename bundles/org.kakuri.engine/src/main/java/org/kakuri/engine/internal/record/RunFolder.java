package org.kakuri.engine.internal.record;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.kakuri.api.KakuriException;

/**
 * Names of the files in a result folder. {@code run.json} is there from the beginning, {@code samples.jsonl} grows line by
 * line, the rest is derived from them.
 */
public final class RunFolder {
    /** What the run set out to do. */
    public static final String RUN = "run.json";
    /** The machine. */
    public static final String ENVIRONMENT = "env.json";
    /** What happened. */
    public static final String SAMPLES = "samples.jsonl";
    /** One row for each arm at each point. */
    public static final String SUMMARY = "summary.csv";
    /** The claims as they were judged. */
    public static final String CLAIMS = "claims.json";
    /** Folder of the plots. */
    public static final String FIGURES = "figures";

    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss")
            .withZone(ZoneOffset.UTC);

    private RunFolder() {}

    /** Returns the folder of an experiment's results: {@code tz/ipc} lies in {@code tz-ipc}. */
    public static String of(String experiment) {
        return experiment.replaceAll("[^A-Za-z0-9._-]", "-");
    }

    /**
     * Makes a folder that nobody else has, also no other process.
     *
     * @param results where results lie
     * @param experiment id of the experiment
     * @param started goes into the name, in UTC
     */
    public static Path create(Path results, String experiment, Instant started) {
        Path parent = results.resolve(of(experiment));
        try {
            Files.createDirectories(parent);
            while (true) {
                Path folder = parent.resolve("%s-%04x".formatted(STAMP.format(started),
                        ThreadLocalRandom.current().nextInt(1 << 16)));
                try {
                    return Files.createDirectory(folder);
                } catch (FileAlreadyExistsException taken) {
                    continue;
                }
            }
        } catch (IOException failure) {
            throw new KakuriException("cannot make a result folder in " + parent + ": " + failure,
                    "check that the folder can be written", failure);
        }
    }

    /** Removes a folder and what is in it. */
    public static void remove(Path folder) {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException leftBehind) {
            System.getLogger(RunFolder.class.getName())
                    .log(System.Logger.Level.WARNING, "a folder stays: " + folder, leftBehind);
        }
    }

    /** Writes a file as a whole: a reader sees the old content or the new one. */
    public static void write(Path file, String content) {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.writeString(draft, content);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new KakuriException("cannot write " + file + ": " + failure, "check the space left on the disk",
                    failure);
        }
    }
}

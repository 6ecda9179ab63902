package org.kakuri.engine.internal.yaml;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.kakuri.engine.internal.guest.GuestExperiment;
import org.kakuri.engine.internal.guest.Workload;

/**
 * The experiment files of a workspace. They are read anew each time somebody asks, so a changed file is noticed at once and
 * nothing has to be watched.
 */
public final class ExperimentFiles {
    /** How the files' names end. */
    public static final String SUFFIX = ".yaml";

    private final Path workspace;
    private final Path folder;

    /** @param workspace folder of the workspace */
    public ExperimentFiles(Path workspace) {
        this.workspace = workspace;
        folder = workspace.resolve("experiments");
    }

    /** Returns the folder they lie in. */
    public Path folder() {
        return folder;
    }

    /** Returns all files in the folder, by name. */
    public List<ExperimentFile> all() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .filter(file -> !file.getFileName().toString().startsWith(".") && !Files.isDirectory(file))
                    .sorted()
                    .map(this::read)
                    .toList();
        } catch (IOException unreadable) {
            return List.of(new ExperimentFile(folder, folder.toString(), Optional.empty(), Optional.empty(),
                    List.of(folder + ":1:1: cannot be listed: " + unreadable)));
        }
    }

    /** Reads one file, wherever it lies. */
    public ExperimentFile read(Path file) {
        Path path = file.toAbsolutePath().normalize();
        String name = path.getFileName().toString();
        var problems = new Problems(name);
        Optional<byte[]> content = content(path, problems);
        Optional<WorkloadReader> reader = content.flatMap(bytes -> new Source(problems).read(bytes)
                .map(map -> new WorkloadReader(Fields.of(map, "", problems, WorkloadReader.KEYS), problems,
                        new Images(path.getParent(), workspace), path + " sha256:" + sha256(bytes))));
        Optional<Workload> workload = reader.flatMap(WorkloadReader::read);
        return new ExperimentFile(path, name, reader.flatMap(WorkloadReader::id).map(Value::text),
                workload.map(GuestExperiment::new), problems.texts());
    }

    private static Optional<byte[]> content(Path path, Problems problems) {
        if (!Files.isRegularFile(path)) {
            problems.add(1, 1, "", "is no file");
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(path)) {
            return Optional.of(in.readNBytes(Source.MOST + 1));
        } catch (IOException unreadable) {
            problems.add(1, 1, "", "cannot be read: " + unreadable);
            return Optional.empty();
        }
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

package org.kakuri.system.tzmediator.internal.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.kakuri.api.KakuriException;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.Spawn;
import org.osgi.framework.BundleContext;

/**
 * Finds the program that plays the client application: the C program of the workspace, compiled on first use with the first C
 * compiler in the search path and kept by digest of sources and compiler; a plain Java program where there is none.
 */
public final class CaPrograms {
    private static final List<String> COMPILERS = List.of("cc", "gcc", "clang");
    private static final Duration LONGEST = Duration.ofSeconds(60);

    /** Framework property: folder for what outlives a run. Default: a folder of the temporary directory. */
    private static final String CACHE = "kakuri.cache";

    private final Path cache;
    private final String searchPath;

    /**
     * @param cache folder that outlives this process; programs are kept in it
     * @param searchPath where compilers are looked for, as PATH is written
     */
    public CaPrograms(Path cache, String searchPath) {
        this.cache = cache.resolve("guests");
        this.searchPath = searchPath;
    }

    /** Returns the folder that outlives this process, as the framework is configured. */
    public static Path cache(BundleContext context) {
        String configured = context.getProperty(CACHE);
        return configured != null && !configured.isBlank()
                ? Path.of(configured)
                : Path.of(System.getProperty("java.io.tmpdir"), "kakuri-" + System.getProperty("user.name"));
    }

    /**
     * Returns the program, compiling it if need be.
     *
     * @throws KakuriException if there is a compiler and it fails
     */
    public CaProgram find(GuestFiles files) {
        return compiler().map(c -> compiled(c, files)).orElseGet(() -> java(files.kind()));
    }

    /** Returns the program for machines without a compiler. */
    public static CaProgram java() {
        return java(GuestFolder.TZ);
    }

    /** Returns the program of a folder for machines without a compiler. */
    public static CaProgram java(GuestFolder kind) {
        return new CaProgram("plain Java program (no C compiler here)", "java " + Runtime.version(),
                JavaProgram.executable(),
                JavaProgram.leading(List.of("-XX:+UseSerialGC", "-Xmx64m"), kind.twin()), false);
    }

    private Optional<Path> compiler() {
        return COMPILERS.stream()
                .flatMap(name -> Stream.of(searchPath.split(":"))
                        .filter(folder -> !folder.isEmpty())
                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private CaProgram compiled(Path compiler, GuestFiles files) {
        String version = run(compiler, List.of("--version"), "ask its version").lines().findFirst().orElse("unknown");
        List<byte[]> key = new ArrayList<>();
        GuestFolder kind = files.kind();
        Stream.concat(kind.sources().stream(), kind.headers().stream())
                .forEach(name -> key.add(Sha256.content(files.folder().resolve(name))));
        key.add((version + String.join(" ", kind.flags())).getBytes(StandardCharsets.UTF_8));
        Path program = cache.resolve("ca-" + Sha256.of(key.toArray(byte[][]::new)).substring(0, 16));
        if (!Files.isExecutable(program)) {
            compile(compiler, files, program);
        }
        return new CaProgram("C program using the standard library only", version, program, List.of(), true);
    }

    /** Two processes may compile at once: each into its own file, and the last rename wins. */
    private void compile(Path compiler, GuestFiles files, Path program) {
        try {
            Files.createDirectories(cache);
            Path fresh = Files.createTempFile(cache, "ca-", ".new");
            try {
                List<String> arguments = new ArrayList<>(files.kind().flags());
                arguments.addAll(List.of("-o", fresh.toString()));
                List<String> sources = files.kind()
                        .sources()
                        .stream()
                        .map(name -> files.folder().resolve(name).toString())
                        .toList();
                arguments.addAll(sources);
                run(compiler, arguments, "compile " + sources.getFirst());
                Files.move(fresh, program, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep compiled guests in " + cache, e);
        }
    }

    private static String run(Path compiler, List<String> arguments, String purpose) {
        try (ErrorFile output = new ErrorFile("compiler");
                ChildProcess child = Spawn.program(compiler)
                        .arguments(arguments)
                        .give(output.fd(), 1)
                        .give(output.fd(), 2)
                        .newProcessGroup()
                        .start()) {
            Optional<ExitStatus> status = child.waitFor(LONGEST);
            if (status.isEmpty() || !status.get().success()) {
                throw new KakuriException("%s could not %s: %s%s".formatted(compiler, purpose,
                        status.map(ExitStatus::toString).orElse("no end after " + LONGEST.toSeconds() + " s"),
                        output.quote()), "repair or remove the compiler; without one a Java program plays the CA");
            }
            return output.text();
        }
    }
}

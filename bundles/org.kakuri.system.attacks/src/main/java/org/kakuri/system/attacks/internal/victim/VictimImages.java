package org.kakuri.system.attacks.internal.victim;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.Spawn;

/**
 * The program {@code secret} in the form a runtime takes: the module of this bundle, checked against its manifest, or the same
 * source compiled with the machine's C compiler. Kept in a folder, by digest.
 */
public final class VictimImages {
    private static final String MODULE = "secret.wasm";
    private static final String SOURCE = "secret.c";
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final Path folder;
    private final String searchPath;

    /**
     * @param folder where files are put
     * @param searchPath where a C compiler is looked for, as PATH is written
     */
    public VictimImages(Path folder, String searchPath) {
        this.folder = folder;
        this.searchPath = searchPath;
    }

    /**
     * Returns the program for a runtime.
     *
     * @throws Unsupported if the runtime takes neither form, or there is no compiler
     * @throws Refused if the module is not the manifest's
     */
    public RuntimeImage of(RuntimeInfo runtime) {
        if (runtime.images().contains(RuntimeImage.Kind.WASM)) {
            return new RuntimeImage(RuntimeImage.Kind.WASM, put(MODULE));
        }
        if (runtime.images().contains(RuntimeImage.Kind.PROGRAM)) {
            return new RuntimeImage(RuntimeImage.Kind.PROGRAM, compiled());
        }
        throw new Unsupported("there is no victim for runtime %s: it runs %s".formatted(runtime.name(),
                runtime.images()), "attack one that runs WASM or PROGRAM");
    }

    private Path compiled() {
        Path compiler = Stream.of(searchPath.split(":"))
                .filter(entry -> !entry.isEmpty())
                .flatMap(entry -> Stream.of("cc", "gcc", "clang").map(name -> Path.of(entry, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new Unsupported("no C compiler to build the victim with: PATH=" + searchPath,
                        "install one, or attack a runtime that runs WASM"));
        Path source = put(SOURCE);
        Path program = source.resolveSibling("secret");
        if (!Files.isExecutable(program)) {
            keep(program, fresh -> compile(compiler, source, fresh));
        }
        return program;
    }

    private static void compile(Path compiler, Path source, Path to) {
        try (ChildProcess child = Spawn.program(compiler)
                .arguments(List.of("-O2", "-o", to.toString(), source.toString()))
                .newProcessGroup()
                .start()) {
            Optional<ExitStatus> status = child.waitFor(LONGEST);
            if (status.isEmpty() || !status.get().success()) {
                throw new KakuriException("%s could not compile %s: %s".formatted(compiler, source,
                        status.map(ExitStatus::toString).orElse("no end after " + LONGEST.toSeconds() + " s")),
                        "try it by hand");
            }
        }
    }

    private Path put(String name) {
        byte[] content = resource(name);
        String digest = sha256(content);
        String line = digest + "  " + name;
        if (new String(resource("MANIFEST"), StandardCharsets.UTF_8).lines().noneMatch(line::equals)) {
            throw new Refused("%s is not the manifest's: sha256=%s".formatted(name, digest),
                    "rebuild it with guests/build.sh");
        }
        Path file = folder.resolve(digest.substring(0, 16)).resolve(name);
        if (!Files.exists(file)) {
            keep(file, fresh -> write(fresh, content));
        }
        return file;
    }

    private interface Maker {
        void make(Path fresh);
    }

    /** Two threads may make it at once: each its own file, and the last rename wins. */
    private static void keep(Path file, Maker maker) {
        try {
            Files.createDirectories(file.getParent());
            Path fresh = Files.createTempFile(file.getParent(), "new-", "");
            try {
                maker.make(fresh);
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep the victim in " + file, e);
        }
    }

    private static void write(Path file, byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] resource(String name) {
        try (InputStream in = VictimImages.class.getResourceAsStream("/guests/" + name)) {
            if (in == null) {
                throw new IllegalStateException("the bundle lacks guests/" + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

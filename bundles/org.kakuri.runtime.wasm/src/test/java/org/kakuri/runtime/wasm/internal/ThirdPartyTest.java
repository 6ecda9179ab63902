package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.runtime.wasm.internal.engine.WasmImage;

/**
 * A program that nobody here wrote: esbuild, written in Go, 20 MB of module. It is fetched once, by npm where there is one, in
 * a pinned version with a pinned digest; interpreted, because compiling it once would take longer than all other tests.
 */
@Timeout(240)
class ThirdPartyTest {
    private static final String PACKAGE = "@esbuild/wasi-preview1@0.27.2";
    private static final String SHA256 = "ed4ef442d8db48e201bf5f55b8cd6a8fb65d21bcfa2705cc5a7381ceed33f008";
    private static final Path KEPT = Path.of("target", "third-party").toAbsolutePath();

    @TempDir
    Path folder;

    private static Path fetch() throws IOException, InterruptedException {
        Path module = KEPT.resolve("package/esbuild.wasm");
        if (!Files.exists(module)) {
            Files.createDirectories(KEPT);
            Path log = KEPT.resolve("npm.log");
            Process npm;
            try {
                npm = new ProcessBuilder("sh", "-c", "npm pack --silent " + PACKAGE + " && tar xzf *.tgz")
                        .directory(KEPT.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
            } catch (IOException e) {
                return abort("there is no shell to run npm: " + e.getMessage());
            }
            if (!npm.waitFor(90, TimeUnit.SECONDS)) {
                npm.destroyForcibly();
                return abort("npm did not fetch " + PACKAGE + " within 90 s");
            }
            if (npm.exitValue() != 0) {
                return abort("npm cannot fetch " + PACKAGE + ": " + Files.readString(log).strip());
            }
        }
        return module;
    }

    @Test
    void minifiesTypeScript() throws Exception {
        Path module = fetch();
        assertEquals(SHA256, WasmImage.digest(Files.readAllBytes(module)), "remove " + module + " to fetch it again");
        Files.writeString(folder.resolve("in.ts"), """
                interface Person { name: string }
                const greet = (person: Person): string => `hello ${person.name}`;
                console.log(greet({ name: "x" }));
                """);

        try (Bench bench = new Bench(TestBackends.none());
                RuntimeSession session = bench.open(module, 1L << 30, "mode=interpreted")) {
            Bench.Result result = Bench.run(session, "", Map.of("/", folder), "esbuild", "--minify", "/in.ts",
                    "--outfile=/out.js", "--log-level=warning");

            assertEquals(OptionalInt.of(0), result.exit().status(), result.err() + result.exit().reason());
            assertEquals("const greet=e=>`hello ${e.name}`;console.log(greet({name:\"x\"}));\n",
                    Files.readString(folder.resolve("out.js")));
        }
    }
}

package org.kakuri.runtime.wasm.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.runtime.wasm.internal.engine.WasmImage;

@Timeout(60)
class HelloTest {

    @ParameterizedTest
    @ValueSource(strings = {"compiled", "interpreted"})
    void runsAGuestWithArgumentsEnvironmentAndStreams(String mode) {
        try (Bench bench = new Bench(TestBackends.none());
                RuntimeSession session = bench.open("hello", "mode=" + mode)) {
            Bench.Result result = Bench.run(session, "in\nput", Map.of(), "hello", "one", "zwei ü");

            assertEquals("""
                    hello from hello
                    argument 1: one
                    argument 2: zwei ü
                    environment: COLOUR=blue
                    in
                    put""", result.out());
            assertEquals("done\n", result.err());
            assertEquals(OptionalInt.of(2), result.exit().status());
            assertEquals("", result.exit().reason());
            assertTrue(result.exit().cpuNanos() > 0, result.exit().toString());
            assertTrue(result.exit().peakMemory() >= 65536 && result.exit().peakMemory() <= Bench.MEMORY,
                    result.exit().toString());
        }
    }

    @Test
    void runsTheGuestsThatWereBuiltFromTheirSources() throws IOException {
        Path folder = Bench.guest("hello").getParent();
        for (String line : Files.readAllLines(folder.resolve("SHA256SUMS"))) {
            String[] part = line.split(" +");
            assertEquals(part[0], WasmImage.digest(Files.readAllBytes(folder.resolve(part[1]))), part[1]);
        }
    }
}

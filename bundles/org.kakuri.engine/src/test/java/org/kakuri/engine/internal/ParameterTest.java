package org.kakuri.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.Arguments;
import org.kakuri.api.UsageError;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Parameter.Kind;
import org.kakuri.engine.RunOptions;
import org.kakuri.engine.RunReport;
import org.kakuri.engine.RunReport.Skipped;

@Timeout(60)
class ParameterTest {
    @TempDir
    Path workspace;

    private Bench bench() {
        return new Bench(workspace, new FakeExperiment().with(FakeExperiment.size("64"))
                .with(new Parameter("count", "how many", Kind.NUMBER, List.of("1"), List.of(), 1, 5000, "a"))
                .with(new Parameter("mode", "which", Kind.CHOICE, List.of("fast"), List.of("fast", "slow"), 0, 0, "a"))
                .with(new Parameter("tee", "backend", Kind.BACKEND, List.of(), List.of(), 0, 0, "a"))
                .with(new Parameter("rt", "runtime", Kind.RUNTIME, List.of(), List.of(), 0, 0, "a"))
                .with(new Parameter("note", "any", Kind.TEXT, List.of("x"), List.of(), 0, 0, "a"))
                .constant("direct", 1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // typed                  | swept
        "size=1,64,4k              | 1 64 4096", "size=4096,4k,4K           | 4096",
        "size=1k..8k*2             | 1024 2048 4096 8192", "size=1k..3k+1k            | 1024 2048 3072",
        "size=' 8 , 9 '            | 8 9", "count=1..4                | 1 2 3 4",
        "count=10..35+10           | 10 20 30", "count=1..100*10           | 1 10 100",
        "count=3,1..3              | 3 1 2", "mode=slow,fast,slow       | slow fast",
        "tee=none,trustzone        | none trustzone", "rt=wasm                   | wasm",
        "note=hello                | hello"})
    void readsValues(String typed, String swept) {
        RunReport report = bench().run(typed.replace("'", ""));

        String name = typed.substring(0, typed.indexOf('='));
        assertEquals(List.of(swept.split(" ")),
                report.arms().stream().map(arm -> arm.parameters().get(name)).toList());
    }

    @Test
    void fillsInDefaultsAndWhatIsInUse() {
        assertEquals("{count=1, mode=fast, note=x, rt=plain, size=64, tee=none}",
                bench().run().arms().getFirst().parameters().toString());
    }

    @Test
    void sweepsTheFirstParameterSlowest() {
        assertEquals(List.of("1/1", "1/2", "2/1", "2/2"),
                bench().run("count=1,2", "size=1,2")
                        .arms()
                        .stream()
                        .map(arm -> arm.parameters().get("size") + "/" + arm.parameters().get("count"))
                        .toList());
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("sise=1", "fake/echo has no parameter sise; nearest: size",
                        "it takes size, count, mode, tee, rt, note"),
                Arguments.of("zzzzzzz=1", "fake/echo has no parameter zzzzzzz",
                        "it takes size, count, mode, tee, rt, note"),
                Arguments.of("size=", "fake/echo: size= has an empty value",
                        "give a size from 1 to 65536 bytes, such as 64 or 4k"),
                Arguments.of("size=1,,2", "fake/echo: size=1,,2 has an empty value",
                        "give a size from 1 to 65536 bytes, such as 64 or 4k"),
                Arguments.of("size=big", "fake/echo: size=big is not a size",
                        "give a size from 1 to 65536 bytes, such as 64 or 4k"),
                Arguments.of("size=k", "fake/echo: size=k is not a size",
                        "give a size from 1 to 65536 bytes, such as 64 or 4k"),
                Arguments.of("size=9999999999g", "fake/echo: size=9999999999g is not a size",
                        "give a size from 1 to 65536 bytes, such as 64 or 4k"),
                Arguments.of("size=0", "fake/echo: size=0 is out of range",
                        "give a size from 1 to 65536 bytes, such as 64 or 4k"),
                Arguments.of("size=1m", "fake/echo: size=1m is out of range",
                        "give a size from 1 to 65536 bytes, such as 64 or 4k"),
                Arguments.of("size=1..4k", "fake/echo: size=1..4k does not say how it steps",
                        "write for example 1k..64k*2 or 1k..4k+1k"),
                Arguments.of("count=1.5", "fake/echo: count=1.5 is not a whole number",
                        "give a whole number from 1 to 5000"),
                Arguments.of("count=5k", "fake/echo: count=5k is not a whole number",
                        "give a whole number from 1 to 5000"),
                Arguments.of("count=4..1", "fake/echo: count=4..1 is not a range that ends",
                        "write low..high, low..high+step or low..high*2"),
                Arguments.of("count=1..9+0", "fake/echo: count=1..9+0 is not a range that ends",
                        "write low..high, low..high+step or low..high*2"),
                Arguments.of("count=1..9*1", "fake/echo: count=1..9*1 is not a range that ends",
                        "write low..high, low..high+step or low..high*2"),
                Arguments.of("count=1..6000", "fake/echo: count=1..6000 is out of range",
                        "give a whole number from 1 to 5000"),
                Arguments.of("count=1..5000", "fake/echo: count=1..5000 has more than 1000 values",
                        "take a greater step"),
                Arguments.of("mode=fats", "fake/echo: mode=fats is not a choice; nearest: fast",
                        "give one of fast, slow"),
                Arguments.of("tee=sgx", "there is no backend sgx", "see tee:list"),
                Arguments.of("rt=jvm", "there is no runtime jvm", "see rt:list"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void refusesMistakesBeforeAnythingIsWritten(String typed, String message, String remedy) {
        var error = assertThrows(UsageError.class, () -> bench().run(typed));

        assertEquals(message, error.getMessage());
        assertEquals(remedy, error.remedy());
        assertFalse(Files.exists(workspace.resolve("results")));
    }

    @Test
    void boundsTheSweep() {
        var error = assertThrows(UsageError.class, () -> bench().run("size=1..50+1", "count=1..50"));

        assertEquals("fake/echo: the sweep has more than 1000 points: size x50, count x50, mode x1, tee x1, rt x1,"
                + " note x1", error.getMessage());
    }

    @Test
    void wantsAValueWhereThereIsNoDefault() {
        var bench = new Bench(workspace, new FakeExperiment().with(
                new Parameter("file", "what to run", Kind.TEXT, List.of(), List.of(), 0, 0, "")).constant("a", 1));
        var error = assertThrows(UsageError.class, bench::run);

        assertEquals("fake/echo: file has no default", error.getMessage());
        assertEquals("give file=VALUE: what to run", error.remedy());
    }

    @Test
    void skipsDefaultBackendsThatAreNotHere() {
        var bench = new Bench(workspace, new FakeExperiment().with(
                new Parameter("tee", "backend", Kind.BACKEND, List.of("trustzone", "sgx"), List.of(), 0, 0, "a"))
                .constant("direct", 1));
        RunReport report = bench.run();

        assertEquals(List.of("trustzone"), report.arms().stream().map(arm -> arm.parameters().get("tee")).toList());
        assertEquals(List.of(new Skipped("tee=sgx", "there is no backend sgx here")), report.skipped());
    }

    @Test
    void refusesOptionsThatCannotBeMeasuredWith() {
        assertEquals("blocks=1 is out of range",
                assertThrows(UsageError.class, () -> RunOptions.DEFAULT.withBlocks(1)).getMessage());
        assertEquals("iterations=-1 is out of range",
                assertThrows(UsageError.class, () -> RunOptions.DEFAULT.withIterations(-1)).getMessage());
        assertEquals("warmup=-1 is out of range",
                assertThrows(UsageError.class, () -> RunOptions.DEFAULT.withWarmup(-1)).getMessage());
        var error = assertThrows(UsageError.class, () -> RunOptions.DEFAULT.withTimeout(Duration.ZERO));
        assertEquals("timeout=0 ms is out of range", error.getMessage());
        assertEquals("take 100 ms to 24 h", error.remedy());
    }
}

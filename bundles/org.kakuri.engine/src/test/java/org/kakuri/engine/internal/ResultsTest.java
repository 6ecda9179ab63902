package org.kakuri.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Label;
import org.kakuri.api.Observability;
import org.kakuri.api.UsageError;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.ClaimSpec.Kind;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.Price;
import org.kakuri.engine.ResultSummary;
import org.kakuri.engine.ResultSummary.State;
import org.kakuri.engine.ArmReport;
import org.kakuri.engine.RunReport;
import org.kakuri.engine.Statistics;

@Timeout(60)
class ResultsTest {
    @TempDir
    Path workspace;

    /** An experiment that uses everything a record can hold. */
    private static FakeExperiment rich() {
        var profile = new CostProfile("board", "a board", "1 GHz", "arm",
                Map.of("SMC", new Price(500, 0.5, 400, 600, "a paper, table 1", true, "one way")));
        return new FakeExperiment().with(FakeExperiment.size("1", "64", "4k"))
                .opening((point, context) -> {
                    context.note("placement", "CA on 0, TA on 1");
                    context.skipped("shm", "not part of this slice");
                    if (point.number("size") == 64) {
                        throw new KakuriException("the TA \"crashed\", badly", "");
                    }
                })
                .arm("direct", FakeExperiment.samples(10.5, 11, 12.25))
                .arm(new ArmInfo("rpc", "by world switch", Label.INJECTED, Map.of("style", "rpc"), List.of("SMC"),
                        profile), (point, iterations, sink) -> {
                            FakeExperiment.counting(20, "SMC", 2, Observability.EXACT).measure(point, iterations, sink);
                            sink.extra("cpu.ns", 7.5);
                            sink.detail("wait.ns", 3);
                            sink.detail("wait.ns", 1.5);
                        })
                .claiming(new ClaimSpec("fake.echo.rpc", "RPC, \"quoted\"", Kind.REPRODUCES, "ratio", 1, 2,
                        new ClaimSpec.MaxRatioOfMedians("rpc", "direct"), Map.of("size", "4096"),
                        Optional.of("SMC"), "figure 5"))
                .claiming(new ClaimSpec("fake.echo.mean", "mean", Kind.GOAL, "ratio", Double.NEGATIVE_INFINITY, 3,
                        new ClaimSpec.MeanRatioOfMedians("rpc", "direct"), Map.of(), Optional.empty(), "ours"))
                .claiming(new ClaimSpec("fake.echo.cpu", "cpu", Kind.GOAL, "ns", Double.NEGATIVE_INFINITY, 8,
                        new ClaimSpec.MaxExtra("rpc", "cpu.ns"), Map.of(), Optional.empty(), "ours"));
    }

    @Test
    void readsBackExactlyWhatTheRunReported() {
        Bench bench = new Bench(workspace, rich());
        RunReport report = bench.run();

        assertEquals(report, bench.engine.result(report.id()));
        assertEquals(report, bench.engine.result("last"));
        assertEquals(report, new Bench(workspace).engine.result(report.id()), "without the experiment's bundle, too");
        assertEquals("exp:run fake/echo size=1,64,4096", report.commandLine());
    }

    @Test
    void keepsEveryDetailOfMeasuredBlocks() {
        RunReport report = new Bench(workspace, rich()).run();

        assertEquals(Map.of(), report.arms().get(0).details());
        assertEquals(Map.of("wait.ns", new ArmReport.Spread(8, 1.5, 2.25, 3, 3, 3)), report.arms().get(1).details(),
                "4 measured blocks with 2 each; the warm-up block does not count");
    }

    @Test
    void writesTheFilesOfAResult() throws IOException {
        RunReport report = new Bench(workspace, rich()).run();

        for (String name : List.of("run.json", "env.json", "samples.jsonl", "summary.csv", "claims.json",
                "figures/fake-echo.svg", "figures/fake-echo.csv", "failure-1.txt")) {
            assertTrue(Files.size(report.folder().resolve(name)) > 0, name);
        }
        JsonNode run = new ObjectMapper().readTree(report.folder().resolve("run.json").toFile());
        assertEquals(7, run.get("seed").asInt());
        assertEquals("sha256:00", run.get("bundles").get("a.bundle 1.0.0").asText());
        JsonNode environment = new ObjectMapper().readTree(report.folder().resolve("env.json").toFile());
        for (String fact : List.of("cpu.model", "cpu.microcode", "kernel", "cpu.governor", "cgroup.cpu.max",
                "cgroup.memory.max", "jdk", "jdk.flags", "load.before", "load.after", "clock.source", "cpu.affinity")) {
            assertTrue(environment.hasNonNull(fact), fact);
        }
        List<String> lines = Files.readAllLines(report.folder().resolve("samples.jsonl"));
        assertEquals(20, lines.stream().filter(line -> line.contains("\"type\":\"block\"")).count(),
                "2 trials, 2 arms, 1 + 4 blocks");
    }

    /** Fixed by the first issue that promised it: scripts read these names. */
    @Test
    void printsOneJsonDocumentOfTheAgreedShape() throws IOException {
        Bench bench = new Bench(workspace, rich());
        RunReport report = bench.run();
        JsonNode document = new ObjectMapper().readTree(bench.engine.json(report));

        assertEquals(List.of("experiment", "result", "environment", "arms", "claims", "skipped"), names(document));
        assertEquals("fake/echo", document.get("experiment").asText());
        assertEquals(report.folder().toString(), document.get("result").asText());
        JsonNode arm = document.get("arms").get(1);
        assertEquals(List.of("name", "label", "parameters", "statistics"), names(arm));
        assertEquals("rpc", arm.get("name").asText());
        assertEquals("injected", arm.get("label").asText());
        assertEquals("{\"size\":\"1\",\"style\":\"rpc\"}", arm.get("parameters").toString());
        assertEquals(20, arm.get("statistics").get("p50").asInt());
        assertEquals(40, arm.get("statistics").get("events").get("SMC").get("count").asInt());
        assertEquals("direct", arm.get("statistics").get("ratio").get("to").asText());
        JsonNode claim = document.get("claims").get(0);
        assertEquals(List.of("id", "text", "kind", "provenance", "value", "unit", "low", "high", "verdict"),
                names(claim));
        assertEquals("reproduces", claim.get("kind").asText());
        assertEquals("predicted", claim.get("provenance").asText());
        assertEquals("PASS", claim.get("verdict").asText());
        JsonNode mean = document.get("claims").get(1);
        assertTrue(mean.get("low").isNull(), "no bound");
        assertEquals("INCOMPLETE", mean.get("verdict").asText());
        assertEquals("{\"what\":\"size=64\",\"why\":\"failed: opening the trial: the TA \\\"crashed\\\", badly\"}",
                document.get("skipped").get(0).toString());
        assertEquals(List.of("what", "why"), names(document.get("skipped").get(1)));
    }

    private static List<String> names(JsonNode node) {
        var names = new ArrayList<String>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void showsATornRunAsIncompleteAtEveryLengthOfItsFile() throws IOException {
        Bench bench = new Bench(workspace, rich());
        RunReport report = bench.run();
        Path samples = report.folder().resolve("samples.jsonl");
        byte[] whole = Files.readAllBytes(samples);
        int step = Math.max(1, whole.length / 50);
        for (int length = whole.length - 1; length >= 0; length -= step) {
            Files.write(samples, java.util.Arrays.copyOf(whole, length));
            ResultSummary summary = bench.engine.results().getFirst();

            assertEquals(State.INCOMPLETE, summary.state(), "length=" + length + ": " + summary.problem());
            RunReport torn = bench.engine.result(report.id());
            assertEquals(RunReport.State.INCOMPLETE, torn.state());
            assertEquals(1, torn.exitCode());
        }
        Files.delete(samples);
        assertEquals(State.INCOMPLETE, bench.engine.results().getFirst().state());
    }

    @Test
    void namesTheLineThatIsDamaged() throws IOException {
        Bench bench = new Bench(workspace, rich());
        RunReport report = bench.run();
        Path samples = report.folder().resolve("samples.jsonl");
        List<String> lines = new ArrayList<>(Files.readAllLines(samples));
        lines.set(2, "{\"type\":\"block\",\"trial\":0,");
        Files.write(samples, lines);

        ResultSummary summary = bench.engine.results().getFirst();
        assertEquals(State.DAMAGED, summary.state());
        assertTrue(summary.problem().startsWith("damaged result: " + samples + " line 3: Unexpected end-of-input"),
                summary.problem());
        assertEquals(summary.problem(),
                assertThrows(KakuriException.class, () -> bench.engine.result(report.id())).getMessage());

        lines.set(2, "{\"type\":\"block\",\"trial\":9}");
        Files.write(samples, lines);
        assertEquals(State.DAMAGED, bench.engine.results().getFirst().state());
        lines.set(2, "{\"type\":\"sneeze\"}");
        Files.write(samples, lines);
        assertEquals(
                "damaged result: " + samples + " line 3: java.lang.IllegalArgumentException: unknown type 'sneeze'",
                bench.engine.results().getFirst().problem());
    }

    @Test
    void listsAFolderThatIsNoResultAsDamaged() throws IOException {
        Files.createDirectories(workspace.resolve("results/fake-echo/mine"));
        ResultSummary summary = new Bench(workspace).engine.results().getFirst();

        assertEquals("fake-echo/mine", summary.id());
        assertEquals(State.DAMAGED, summary.state());
        assertTrue(summary.problem().startsWith("cannot read "), summary.problem());
    }

    @Test
    void refusesAResultOfAnotherFormat() throws IOException {
        Bench bench = new Bench(workspace, rich());
        Path file = bench.run().folder().resolve("run.json");
        Files.writeString(file, Files.readString(file).replace("\"format\" : 1", "\"format\" : 2"),
                StandardOpenOption.TRUNCATE_EXISTING);

        assertEquals(
                "damaged result: " + file + ": java.lang.IllegalArgumentException: format is 2, this engine reads 1",
                bench.engine.results().getFirst().problem());
    }

    @Test
    void namesTheNearestResult() {
        Bench bench = new Bench(workspace, rich());
        assertEquals("there are none yet; see exp:list",
                assertThrows(UsageError.class, () -> bench.engine.result("last")).remedy());
        String first = bench.run().id();
        bench.run();
        assertEquals("several results match fake-echo",
                assertThrows(UsageError.class, () -> bench.engine.result("fake-echo")).getMessage());
        assertEquals(first, bench.engine.result(first.substring(first.indexOf('/') + 1)).id());
        assertEquals("there is no result zzz",
                assertThrows(UsageError.class, () -> bench.engine.result("zzz")).getMessage());
    }

    @Test
    void keepsSamplesToTheLastDigit() {
        var fake = new FakeExperiment().arm("direct", FakeExperiment.samples(0.1, 1.0 / 3, 12345678.9, 1e15, 5e-324));
        Bench bench = new Bench(workspace, fake);
        Statistics before = bench.run().arms().getFirst().statistics();

        assertEquals(before, bench.engine.result("last").arms().getFirst().statistics());
        assertEquals(5e-324, before.min());
    }

    @Test
    void writesTidyCsv() throws IOException {
        RunReport report = new Bench(workspace, rich()).run();
        List<String> rows = Files.readAllLines(report.folder().resolve("summary.csv"));

        assertEquals("experiment,result,arm,label,profile,size,style,unit,n,blocks,min,p10,p50,p90,p99,max,mean,mad,"
                + "p50_low,p50_high,drift,ratio_to,ratio,ratio_low,ratio_high", rows.getFirst());
        assertEquals(5, rows.size());
        assertTrue(rows.get(2).startsWith("fake/echo," + report.id() + ",rpc,injected,board,1,rpc,ns,20,4,20.0,20.0,"),
                rows.get(2));
    }

    @Test
    void failsClearlyIfTheResultsCannotBeWritten() throws IOException {
        Files.writeString(workspace.resolve("results"), "a file in the way");
        var error = assertThrows(KakuriException.class, () -> new Bench(workspace, rich()).run());

        assertTrue(error.getMessage().startsWith("cannot make a result folder in "), error.getMessage());
    }
}

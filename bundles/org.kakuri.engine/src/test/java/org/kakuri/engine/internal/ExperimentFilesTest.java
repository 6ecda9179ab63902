package org.kakuri.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.UsageError;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.engine.ArmReport;
import org.kakuri.engine.ClaimReport;
import org.kakuri.engine.ProgressListener;
import org.kakuri.engine.RunReport;
import org.kakuri.engine.RunRequest;
import org.kakuri.engine.internal.guest.PlainBench;

/** Experiment files from the file to the report, around processes that really run. */
@Timeout(120)
class ExperimentFilesTest {
    private static final String HEAD = """
            id: demo/x
            title: X
            image: /bin/sh
            """;
    @TempDir
    Path workspace;
    private final PlainBench bench = new PlainBench();
    private ExperimentEngine engine;

    private ExperimentEngine engine() {
        if (engine == null) {
            engine = new ExperimentEngine(bench.workbench(), workspace, Map::of);
        }
        return engine;
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(Files.createDirectories(workspace.resolve("experiments")).resolve(name), content);
    }

    private RunReport run(String content, String... parameters) throws IOException {
        file("x.yaml", content);
        var map = new java.util.LinkedHashMap<String, String>();
        for (String each : parameters) {
            map.put(each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1));
        }
        return engine().run(new RunRequest("demo/x", map, Bench.QUICK.withBlocks(2).withIterations(2)),
                ProgressListener.NONE);
    }

    private static List<String> failures(RunReport report) {
        return report.failures().stream().map(RunReport.Failure::why).toList();
    }

    @Test
    void sweepsParametersOverArmsAndJudgesClaims() throws IOException {
        RunReport report = run(HEAD + """
                argv: [sh, -c, 'echo value=$((${size} * FACTOR)); echo {\\"a\\":[{\\"b\\":2.5}]}>&2 ; echo x >&2']
                env: {FACTOR: "1"}
                runtimes: [plain]
                parameters:
                  - {name: size, kind: size, defaults: [1, 1k], source: a source}
                metrics:
                  - {name: value, unit: ns, regex: '^value=([0-9]+)$'}
                  - {name: err, unit: lines, regex: '"b":([0-9.]+)', from: stderr}
                arms:
                  - {name: one, argv: [sh, -c, 'echo value=${size}; echo "\\"b\\":2.5" >&2']}
                  - {name: two, title: twice, argv: [sh, -c, 'echo value=$((${size} * $FACTOR)); echo "\\"b\\":4" >&2'], env: {FACTOR: "2"}}
                baseline: one
                claims:
                  - {id: demo.x.two, text: two is twice one, kind: reproduces, low: 2, high: 2, calculation: max-ratio, arm: two, source: arithmetic}
                  - {id: demo.x.err, text: little is said, kind: goal, high: 3, calculation: max-metric, metric: err, arm: two}
                """);

        assertEquals(List.of(), failures(report));
        assertEquals(List.of("one size=1 1.0", "two size=1 2.0", "one size=1024 1024.0", "two size=1024 2048.0"),
                report.arms().stream().map(ExperimentFilesTest::brief).toList());
        assertEquals(Map.of("err.lines", 4.0), report.arms().get(1).extras());
        assertEquals(2.0, report.arms().get(1).ratio().orElseThrow().value());
        assertEquals("ns", report.unit());
        assertEquals(List.of("demo.x.two PASS", "demo.x.err FAIL"),
                report.claims().stream().map(each -> each.id() + " " + each.verdict()).toList());
        assertEquals(ClaimReport.Provenance.MEASURED, report.claims().getFirst().provenance());
        assertEquals(2 * (1 + 2) * 2 * 2, bench.guests.get(), "points, blocks with warm-up, samples, arms");
        assertEquals(2, bench.sessions.get(), "arms of one image share a session at each point");
        assertEquals(0, bench.leases.get());
        assertEquals(2 * 2 * PlainBench.EVENTS, report.arms().getFirst().events().get("SMC").count());
    }

    private static String brief(ArmReport arm) {
        return arm.name() + " size=" + arm.parameters().get("size") + " " + arm.statistics().p50();
    }

    @Test
    void takesEveryMatchOfOneRunAsASample() throws IOException {
        RunReport report = run(HEAD + """
                argv: [sh, -c, 'echo t=1; echo t=2; echo t=3']
                samples: from-output
                metrics: [{name: t, unit: ns, regex: 't=(.)'}]
                """);
        assertEquals(6, report.arms().getFirst().statistics().n(), "2 blocks that ask for 2 and get 3");
        assertEquals(3, bench.guests.get());
    }

    @Test
    void readsJsonWallTimeAndCpuTime() throws IOException {
        RunReport report = run(HEAD + """
                argv: [sh, -c, 'echo "{\\"r\\": [{\\"t\\": 7.5}, 1]}"']
                metrics:
                  - {name: wall, measure: wall, unit: us}
                  - {name: t, unit: ns, json: 'r[0].t'}
                  - {name: cpu, measure: cpu}
                primary: t
                """);
        assertEquals(List.of(), failures(report));
        ArmReport arm = report.arms().getFirst();
        assertEquals(7.5, arm.statistics().p50());
        assertEquals(List.of("cpu.ms", "wall.us"), List.copyOf(arm.extras().keySet()));
        assertTrue(arm.extras().get("wall.us") > 50, arm.extras().toString());
    }

    @Test
    void failsWhenTheRuntimeCannotTellThePeakMemory() throws IOException {
        RunReport report = run(HEAD + """
                argv: [sh, -c, 'exit 0']
                metrics: [{name: memory, measure: peak-memory, unit: kB}]
                """);
        assertEquals(1, failures(report).size(), failures(report).toString());
        assertTrue(failures(report).getFirst().contains("this runtime cannot tell the peak memory of a guest"),
                failures(report).toString());
    }

    @Test
    void givesInputsOfAllKindsToEachRunFromTheBeginning() throws IOException {
        for (String input : List.of("{text: '1234${size}'}", "{file: input.txt}", "{random: '${size}'}")) {
            file("input.txt", "12345");
            RunReport report = run(HEAD + """
                    argv: [sh, -c, 'echo n=$(wc -c)']
                    stdin: INPUT
                    parameters: [{name: size, kind: number, defaults: [5]}]
                    metrics: [{name: n, unit: B, regex: 'n=([0-9]+)'}]
                    """.replace("INPUT", input));
            assertEquals(List.of(), failures(report));
            assertEquals(5, report.arms().getFirst().statistics().min(), input);
            assertEquals(5, report.arms().getFirst().statistics().max(), input);
        }
    }

    @Test
    void leavesOutAPairThatMeansNothing() throws IOException {
        RunReport report = run(HEAD + """
                argv: [sh, -c, 'echo 1']
                backends: [none, trustzone, sgx]
                metrics: [{name: t, unit: ns, regex: '(1)'}]
                """);
        assertEquals(List.of("tee=sgx: there is no backend sgx here",
                "tee=trustzone: runtime plain on backend trustzone means nothing: an ordinary process lives outside "
                        + "every instance of trustzone"),
                report.skipped().stream().map(each -> each.what() + ": " + each.why()).toList());
        assertEquals(1, report.arms().size());
        assertEquals(0, report.exitCode());
    }

    @Test
    void comparesBackendsAsArmsOfOneTrial() throws IOException {
        RunReport report = run(HEAD + """
                argv: [sh, -c, 'echo ${tee}=1']
                arms:
                  - {name: outside, parameters: {tee: none}}
                  - {name: inside, parameters: {tee: trustzone}}
                baseline: outside
                metrics: [{name: t, unit: ns, regex: 'none=(1)'}]
                """);
        assertEquals(List.of(), failures(report));
        assertEquals(List.of("outside"), report.arms().stream().map(ArmReport::name).toList());
        assertEquals(1, report.skipped().size(), "inside, by its reason");
        assertEquals(List.of("runtime"),
                engine().show("demo/x").parameters().stream().map(each -> each.name()).toList());
    }

    @Test
    void saysWhatAGuestDidWrong() throws IOException {
        String where = "arm run, warm-up block 1: ";
        String metric = "metrics: [{name: t, unit: ns, regex: 't=([^ \\n]+)'}]\n";
        record Row(String body, String reason) {}
        for (Row row : List.of(new Row("argv: [sh, -c, 'echo oh no >&2; exit 3']\n" + metric,
                "sh exited with status 3 instead of 0; it wrote to stderr: oh no"),
                new Row("argv: [sh, -c, 'kill -9 $$']\n" + metric, "sh did not exit: signal SIGKILL"),
                new Row("argv: [sh, -c, 'echo hello']\n" + metric,
                        "metric t: regex 't=([^ \\n]+)' in stdout finds nothing; it wrote: hello"),
                new Row("argv: [sh, -c, 'echo t=1; echo t=2']\n" + metric,
                        "metric t: regex 't=([^ \\n]+)' in stdout matches 2 times; make it match once, or say samples: "
                                + "from-output"),
                new Row("argv: [sh, -c, 'echo t=fast']\n" + metric,
                        "metric t: 'fast' is no number; write it like 12, 0.5 or 1e6"),
                new Row("argv: [sh, -c, 'echo {}']\nmetrics: [{name: t, unit: ns, json: a.b}]\n",
                        "metric t: json path a.b: there is no $.a in it; it wrote: {}"),
                new Row("argv: [sh, -c, 'while echo yyyyyyyyyyyyyyyy; do :; done']\noutput-limit: 64k\n" + metric,
                        "sh wrote more than 65536 bytes to stdout and was ended; let it write less, or raise output-limit"),
                new Row("argv: [sh, -c, 'sleep 1000']\ntimeout: 100ms\n" + metric,
                        "sh ran longer than 0.1 s and was ended; let it do less, or raise timeout"),
                new Row("argv: [sh, -c, 'echo 1']\nstdin: {random: '${size}'}\n"
                        + "parameters: [{name: size, kind: size, defaults: [1g]}]\n" + metric,
                        "opening the trial: stdin.random: 1073741824 bytes are more than the 268435456 that can be "
                                + "made; take less"))) {
            RunReport report = run(HEAD + row.body());
            assertEquals(List.of(row.reason().startsWith("opening") ? row.reason() : where + row.reason()),
                    failures(report));
            assertEquals(0, bench.leases.get());
        }
    }

    @Test
    void refusesAnImageOfAnotherDigest() throws IOException {
        RunReport report = run(HEAD + "sha256: " + "0".repeat(64) + "\nmetrics: [{name: t, measure: wall}]\n");
        assertTrue(
                failures(report).getFirst()
                        .matches("opening the trial: image /\\S+ has SHA-256 [0-9a-f]{64} instead "
                                + "of 0{64}; rebuild it, or correct sha256 in the experiment file"),
                failures(report).toString());
        assertEquals(0, bench.sessions.get());
    }

    @Test
    void acceptsTheExitStatusesThatAreExpected() throws IOException {
        RunReport report = run(HEAD + "argv: [sh, -c, 'exit 3']\nexit-status: [0, 3]\n"
                + "metrics: [{name: t, measure: wall}]\n");
        assertEquals(List.of(), failures(report));
    }

    @Test
    void noticesFilesThatComeChangeAndGo() throws IOException {
        assertEquals(List.of(), engine().experiments());
        Path file = file("a.yaml", HEAD + "metrics: [{name: t, measure: wall}]\n");
        assertEquals(List.of("demo/x"), ids());

        file("a.yaml", HEAD.replace("demo/x", "demo/y") + "metrics: [{name: t, measure: wall}]\n");
        assertEquals(List.of("demo/y"), ids());

        file("a.yaml", HEAD + "metrics: [{name: t, measure: wal}]\n");
        assertEquals(List.of(), ids());
        assertEquals(List.of("a.yaml:4:30: metrics[0].measure: 'wal' is none of wall, cpu, peak-memory"),
                engine().broken().getFirst().problems());
        assertEquals(1, engine().check("a.yaml").exitCode());
        var error = assertThrows(UsageError.class, () -> engine().show("demo/x"));
        assertEquals(
                "experiment file a.yaml cannot be used: a.yaml:4:30: metrics[0].measure: 'wal' is none of wall, cpu, "
                        + "peak-memory",
                error.getMessage());
        assertEquals("see exp:check " + file, error.remedy());

        Files.delete(file);
        assertEquals(List.of(), engine().broken());
    }

    @Test
    void aBrokenFileDisturbsNoOther() throws IOException {
        file("a.yaml", "{");
        file("b.yaml", HEAD + "metrics: [{name: t, measure: wall}]\n");
        file("c.yaml", HEAD + "metrics: [{name: t, measure: wall}]\n");
        file(".hidden.yaml", "{");
        file("notes.txt", "{");
        engine().bindExperiment(new FakeExperiment().called("demo/fake"));
        file("d.yaml", HEAD.replace("demo/x", "demo/fake") + "metrics: [{name: t, measure: wall}]\n");

        assertEquals(List.of("demo/fake", "demo/x"), ids());
        assertEquals(List.of("a.yaml", "c.yaml", "d.yaml"),
                engine().broken().stream().map(each -> each.file()).toList());
        assertEquals(List.of("c.yaml:1:1: id: demo/x is the id of b.yaml already; take another"),
                engine().broken().get(1).problems());
        assertEquals(List.of("d.yaml:1:1: id: demo/fake is the id of an installed experiment already; take another"),
                engine().broken().get(2).problems());
        assertEquals("Echo of a fake", engine().show("demo/fake").title());
        var error = assertThrows(UsageError.class, () -> engine().show("demo/z"));
        assertEquals("there is no experiment demo/z; nearest: demo/x, demo/fake", error.getMessage());
        assertEquals("see exp:list; a.yaml, c.yaml, d.yaml cannot be used: exp:check", error.remedy());
    }

    @Test
    void runsAndChecksAFileAnywhere(@TempDir Path elsewhere) throws IOException {
        Path file = Files.writeString(elsewhere.resolve("mine.yaml"), HEAD + """
                backends: [none, sgx]
                parameters: [{name: n, kind: number, defaults: ["1..4"]}]
                metrics: [{name: t, measure: wall}]
                """);
        var check = engine().check(file.toString());
        assertEquals("demo/x", check.info().map(ExperimentInfo::id).orElseThrow());
        assertEquals(4, check.points());
        assertEquals(List.of("run"), check.arms());
        assertEquals(List.of(new RunReport.Skipped("tee=sgx", "there is no backend sgx here")), check.skipped());
        RunReport report = engine().run(new RunRequest(file.toString(), Map.of("n", "2"), Bench.QUICK),
                ProgressListener.NONE);
        assertEquals(List.of(), failures(report));
        assertEquals(1, report.arms().size());
        var error = assertThrows(UsageError.class, () -> engine().check("none.yaml"));
        assertEquals("there is no file " + Path.of("none.yaml").toAbsolutePath() + " and no "
                + workspace.resolve("experiments/none.yaml"), error.getMessage());
    }

    private List<String> ids() {
        return engine().experiments().stream().map(ExperimentInfo::id).toList();
    }
}

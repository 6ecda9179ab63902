package org.kakuri.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Observability;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.Label;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.engine.Cancellation;
import org.kakuri.engine.ProgressListener;
import org.kakuri.engine.RunReport;
import org.kakuri.engine.RunReport.Failure;
import org.kakuri.engine.RunReport.Skipped;
import org.kakuri.engine.RunReport.State;
import org.kakuri.engine.RunRequest;

@Timeout(60)
class RunTest {
    @TempDir
    Path workspace;

    @Test
    void measuresEveryArmAtEveryPoint() {
        var fake = new FakeExperiment().with(FakeExperiment.size("1", "4k"))
                .constant("direct", 100)
                .constant("rpc", 150);
        RunReport report = new Bench(workspace, fake).run();

        assertEquals(State.COMPLETE, report.state());
        assertEquals(List.of("direct", "rpc", "direct", "rpc"), report.arms().stream().map(arm -> arm.name()).toList());
        assertEquals(List.of("1", "1", "4096", "4096"),
                report.arms().stream().map(arm -> arm.parameters().get("size")).toList());
        assertEquals(20, report.arms().getFirst().statistics().n());
        assertEquals(4, report.arms().getFirst().statistics().blocks());
        assertEquals(1.5, report.arms().get(1).ratio().orElseThrow().value());
        assertEquals(2, fake.opened.get());
        assertEquals(2, fake.closed.get());
        assertEquals(0, report.exitCode());
    }

    @Test
    void interleavesArmsInAnOrderThatTheSeedDecides() {
        List<List<String>> orders = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            var fake = new FakeExperiment().constant("a", 1).constant("b", 1).constant("c", 1);
            new Bench(workspace, fake).run(Bench.QUICK.withBlocks(20).withWarmup(0));
            orders.add(List.copyOf(fake.order));
        }

        assertEquals(orders.get(0), orders.get(1));
        Set<List<String>> rounds = new HashSet<>();
        for (int i = 0; i < 60; i += 3) {
            List<String> round = orders.get(0).subList(i, i + 3);
            assertEquals(Set.of("a", "b", "c"), Set.copyOf(round));
            rounds.add(round);
        }
        assertTrue(rounds.size() > 2, "orders seen: " + rounds);
    }

    @Test
    void findsBlockSizeDuringWarmup() {
        var sizes = new ArrayList<Integer>();
        var fake = new FakeExperiment().arm("direct", (point, iterations, sink) -> {
            sizes.add(iterations);
            FakeExperiment.samples(1).measure(point, iterations, sink);
        });
        new Bench(workspace, fake).run(Bench.QUICK.withIterations(0).withWarmup(3).withBlocks(3));

        assertEquals(1, sizes.getFirst());
        assertTrue(sizes.get(3) >= 10 && sizes.get(3) <= 2000, sizes.toString());
        assertEquals(1, Set.copyOf(sizes.subList(3, 6)).size(), "block size changed while measuring: " + sizes);
    }

    @Test
    void warmsUpLongerWhileAnArmGetsFaster() {
        var fake = new FakeExperiment();
        fake.arm("direct", (point, iterations, sink) -> FakeExperiment
                .samples(Math.max(40, 100 - 20 * fake.order.size()))
                .measure(point, iterations, sink));
        RunReport report = new Bench(workspace, fake).run(Bench.QUICK.withWarmup(2));

        assertEquals(4 + 4, fake.order.size(), "80, 60, 40, 40, then four that count");
        assertEquals(40, report.arms().getFirst().statistics().max());

        var endless = new FakeExperiment();
        endless.arm("direct", (point, iterations, sink) -> FakeExperiment
                .samples(1e9 * Math.pow(0.5, endless.order.size()))
                .measure(point, iterations, sink));
        report = new Bench(workspace, endless).run(Bench.QUICK.withWarmup(2));
        assertEquals(8 + 4, endless.order.size(), "not for ever");
        assertEquals(-0.75, report.arms().getFirst().statistics().drift());
    }

    @Test
    void keepsAFailedTrialAndMeasuresTheOthers() {
        var fake = new FakeExperiment().with(FakeExperiment.size("1", "2", "3"))
                .arm("direct", (point, iterations, sink) -> {
                    if (point.number("size") == 2) {
                        throw new KakuriException("the TA crashed: signal=11", "look at its log");
                    }
                    FakeExperiment.samples(5).measure(point, iterations, sink);
                });
        RunReport report = new Bench(workspace, fake).run();

        assertEquals(List.of(new Failure("size=2",
                "arm direct, warm-up block 1: the TA crashed: signal=11; look at its log")), report.failures());
        assertEquals(List.of("1", "3"), report.arms().stream().map(arm -> arm.parameters().get("size")).toList());
        assertEquals(State.COMPLETE, report.state());
        assertEquals(1, report.exitCode());
        assertEquals(3, fake.closed.get());
        assertTrue(Files.exists(report.folder().resolve("failure-1.txt")));
    }

    @Test
    void failsATrialThatDiesInTheMiddle() {
        var fake = new FakeExperiment();
        fake.constant("direct", 1).arm("rpc", (point, iterations, sink) -> {
            if (fake.order.stream().filter("rpc"::equals).count() == 4) {
                throw new IllegalStateException("shadow process 17 was killed");
            }
            FakeExperiment.samples(1).measure(point, iterations, sink);
        });
        RunReport report = new Bench(workspace, fake).run();

        assertEquals(
                List.of(new Failure("the only point",
                        "arm rpc, block 3: IllegalStateException: shadow process 17 was killed")),
                report.failures());
        assertEquals(List.of(), report.arms(), "samples of a failed trial do not count");
    }

    @Test
    void failsATrialWhosePayloadIsWrong() {
        var fake = new FakeExperiment().arm("direct", (point, iterations, sink) -> {
            sink.sample(1);
            sink.failure("payload differs at byte 3: sent=0x01, got=0x00");
        });

        assertEquals(
                List.of(new Failure("the only point",
                        "arm direct, warm-up block 1: payload differs at byte 3: sent=0x01, got=0x00")),
                new Bench(workspace, fake).run().failures());
    }

    @Test
    void failsATrialWithoutSamplesOrWithImpossibleOnes() {
        assertEquals("arm direct, warm-up block 1: no sample of the 5 that were asked for",
                onlyFailure((point, iterations, sink) -> {}));
        assertEquals("arm direct, warm-up block 1: sample 2 is NaN, which no measurement gives",
                onlyFailure(FakeExperiment.samples(1, Double.NaN)));
        assertEquals("arm direct, warm-up block 1: sample 1 is -1.0, which no measurement gives",
                onlyFailure(FakeExperiment.samples(-1)));
        assertEquals("arm direct, warm-up block 1: more samples than the 5 that were asked for",
                onlyFailure((point, iterations, sink) -> FakeExperiment.samples(1).measure(point, 6, sink)));
        assertEquals("arm direct, warm-up block 1: extra cpu.ns is Infinity", onlyFailure((point, iterations, sink) -> {
            sink.sample(1);
            sink.extra("cpu.ns", Double.POSITIVE_INFINITY);
        }));
        assertEquals("arm direct, warm-up block 1: detail wait.ns is NaN", onlyFailure((point, iterations, sink) -> {
            sink.sample(1);
            sink.detail("wait.ns", Double.NaN);
        }));
        assertEquals("arm direct, warm-up block 1: more than 1048576 details wait.ns in a block",
                onlyFailure((point, iterations, sink) -> {
                    sink.sample(1);
                    for (int i = 0; i <= 1 << 20; i++) {
                        sink.detail("wait.ns", i);
                    }
                }));
    }

    private String onlyFailure(FakeExperiment.Block block) {
        return new Bench(workspace, new FakeExperiment().arm("direct", block)).run().failures().getFirst().why();
    }

    @Test
    void refusesTwoArmsOfOneNameAndATrialWithoutArms() {
        var twice = new FakeExperiment().constant("direct", 1)
                .arm(new ArmInfo("direct", "another", Label.MEASURED,
                        Map.of(), List.of(), CostProfile.UNPRICED), FakeExperiment.samples(1));
        assertEquals("opening the trial: two arms of the trial are called direct",
                new Bench(workspace, twice).run().failures().getFirst().why());
        assertEquals("opening the trial: the trial has no arms",
                new Bench(workspace, new FakeExperiment()).run().failures().getFirst().why());
    }

    @Test
    void givesUpATrialThatHangsAndGoesOn() {
        var hanging = new AtomicReference<Thread>();
        var fake = new FakeExperiment().with(FakeExperiment.size("1", "2")).arm("direct", (point, iterations, sink) -> {
            if (point.number("size") == 1) {
                hanging.set(Thread.currentThread());
                new CountDownLatch(1).await();
            }
            FakeExperiment.samples(1).measure(point, iterations, sink);
        });
        RunReport report = new Bench(workspace, fake).run(Bench.QUICK.withTimeout(Duration.ofMillis(200)));

        assertEquals(List.of(new Failure("size=1", "timed out after 0.2 s (arm direct, warm-up block 1)")),
                report.failures());
        assertEquals(1, report.arms().size());
        assertFalse(hanging.get().isAlive());
    }

    @Test
    void leavesBehindAThreadThatCannotBeInterruptedAndKeepsItFromWriting() throws Exception {
        var release = new CountDownLatch(1);
        var late = new AtomicReference<Throwable>();
        var done = new CountDownLatch(1);
        var fake = new FakeExperiment().arm("direct", (point, iterations, sink) -> {
            while (release.getCount() > 0) {
                Thread.onSpinWait();
            }
            try {
                sink.sample(1);
            } catch (RuntimeException refused) {
                late.set(refused);
            }
            done.countDown();
        });
        RunReport report = new Bench(workspace, fake).run(Bench.QUICK.withTimeout(Duration.ofMillis(200)));
        byte[] written = Files.readAllBytes(report.folder().resolve("samples.jsonl"));
        release.countDown();
        done.await();

        assertEquals("timed out after 0.2 s (arm direct, warm-up block 1); its thread does not end and is left behind",
                report.failures().getFirst().why());
        assertEquals("the trial was given up", late.get().getMessage());
        assertEquals(written.length, Files.size(report.folder().resolve("samples.jsonl")));
    }

    @Test
    void skipsWhatIsUnsupported() {
        var fake = new FakeExperiment().with(FakeExperiment.size("1", "2")).opening((point, context) -> {
            if (point.number("size") == 2) {
                throw new Unsupported("none lacks two-worlds", "take trustzone");
            }
            context.skipped("rpc", "no compiler here");
            context.note("placement", "CA on 0, TA on 1");
        }).constant("direct", 1);
        RunReport report = new Bench(workspace, fake).run();

        assertEquals(List.of(new Skipped("rpc at size=1", "no compiler here"),
                new Skipped("size=2", "none lacks two-worlds; take trustzone")), report.skipped());
        assertEquals(List.of(), report.failures());
        assertEquals("CA on 0, TA on 1", report.environment().get("placement"));
        assertEquals(0, report.exitCode());
    }

    @Test
    void exitsWithOneIfNothingWasMeasured() {
        var fake = new FakeExperiment().opening((point, context) -> {
            throw new Unsupported("none lacks two-worlds", "");
        });
        RunReport report = new Bench(workspace, fake).run();

        assertEquals(1, report.exitCode());
        assertFalse(report.failed(false), "a reproduction may leave it out");
    }

    @Test
    void refusesAnArmWhoseKeyEventIsUnobserved() {
        var fake = new FakeExperiment().constant("direct", 1)
                .arm(keyed("blind"), FakeExperiment.counting(1, "SMC", 1, Observability.UNOBSERVED))
                .arm(keyed("mute"), FakeExperiment.samples(1))
                .arm(keyed("seeing"), FakeExperiment.counting(1, "SMC", 1, Observability.EXACT));
        RunReport report = new Bench(workspace, fake).run();

        assertEquals(List.of("direct", "seeing"), report.arms().stream().map(arm -> arm.name()).toList());
        assertEquals(
                Set.of(new Skipped("blind at the only point", "its key event SMC is unobserved here"),
                        new Skipped("mute at the only point",
                                "its key event SMC is unobserved: the arm told no events")),
                Set.copyOf(report.skipped()));
        assertEquals(0, report.exitCode());
    }

    private static ArmInfo keyed(String name) {
        return new ArmInfo(name, name, Label.MEASURED, Map.of(), List.of("SMC"), CostProfile.UNPRICED);
    }

    @Test
    void writesWhatThereIsWhenCancelled() {
        var cancellation = new Cancellation();
        var fake = new FakeExperiment().with(FakeExperiment.size("1", "2"));
        fake.arm("direct", (point, iterations, sink) -> {
            FakeExperiment.samples(3).measure(point, iterations, sink);
            if (fake.order.size() == 3) {
                cancellation.cancel();
            }
        });
        Bench bench = new Bench(workspace, fake);
        RunReport report = bench.run(Bench.QUICK.withCancellation(cancellation));

        assertEquals(State.INCOMPLETE, report.state());
        assertEquals(2, report.arms().getFirst().statistics().blocks());
        assertEquals(1, fake.opened.get());
        assertEquals(1, fake.closed.get());
        assertEquals(1, report.exitCode());
        assertEquals(List.of(), report.failures());
        assertEquals("INCOMPLETE", bench.engine.results().getFirst().state().name());
    }

    @Test
    void endsATrialThatDoesNotLookAtItsCancellation() {
        var cancellation = new Cancellation();
        var fake = new FakeExperiment().arm("direct", (point, iterations, sink) -> {
            cancellation.cancel();
            new CountDownLatch(1).await();
        });
        RunReport report = new Bench(workspace, fake).run(Bench.QUICK.withCancellation(cancellation));

        assertEquals(State.INCOMPLETE, report.state());
        assertEquals(List.of(), report.failures());
    }

    @Test
    void takesAnInterruptOfItsCallerAsCancellation() {
        var caller = Thread.currentThread();
        var fake = new FakeExperiment().arm("direct", (point, iterations, sink) -> {
            caller.interrupt();
            new CountDownLatch(1).await();
        });
        RunReport report = new Bench(workspace, fake).run();

        assertTrue(Thread.interrupted(), "the interrupt is handed on");
        assertEquals(State.INCOMPLETE, report.state());
    }

    @Test
    void failsTheTrialsOfAnExperimentThatGoesAway() {
        var fake = new FakeExperiment().with(FakeExperiment.size("1", "2"));
        Bench bench = new Bench(workspace, fake);
        fake.arm("direct", (point, iterations, sink) -> {
            bench.engine.unbindExperiment(fake);
            new CountDownLatch(1).await();
        });
        RunReport report = bench.run();

        assertEquals(List.of(
                new Failure("size=1",
                        "experiment fake/echo went away during the trial: its bundle was stopped"
                                + " (arm direct, warm-up block 1)"),
                new Failure("size=2", "experiment fake/echo is gone: its bundle was stopped")), report.failures());
        assertEquals(1, fake.opened.get());
        assertEquals(List.of(), bench.engine.experiments());
    }

    @Test
    void removesScratchFolders() {
        var scratch = new AtomicReference<Path>();
        var fake = new FakeExperiment().opening((point, context) -> {
            scratch.set(context.scratch());
            Files.writeString(Files.createDirectory(context.scratch().resolve("sub")).resolve("file"), "x");
        }).constant("direct", 1);
        new Bench(workspace, fake).run();

        assertFalse(Files.exists(scratch.get()));
    }

    @Test
    void runsAtOnceWithoutSharingAFolder() throws Exception {
        var bench = new Bench(workspace, new FakeExperiment().constant("direct", 1));
        Set<Path> folders = new HashSet<>();
        try (var pool = Executors.newFixedThreadPool(4)) {
            List<Callable<RunReport>> runs = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                runs.add(bench::run);
            }
            for (Future<RunReport> each : pool.invokeAll(runs)) {
                folders.add(each.get().folder());
            }
        }

        assertEquals(12, folders.size());
        assertEquals(12, bench.engine.results().size());
    }

    @Test
    void tellsHowFarItIs() {
        var seen = new ArrayList<String>();
        var bench = new Bench(workspace, new FakeExperiment().constant("direct", 1));
        bench.engine.run(new RunRequest("fake/echo", Map.of(), Bench.QUICK.withBlocks(2)),
                progress -> seen.add(progress.done() + "/" + progress.total() + " " + progress.where()));

        assertEquals(List.of("0/3 the only point, warming up", "1/3 the only point, block 1",
                "2/3 the only point, block 2", "3/3 done"), seen);
    }

    @Test
    void handsOnWhatTheExperimentItselfRefuses() {
        var fake = new FakeExperiment().with(FakeExperiment.size("1", "2"))
                .constant("direct", 1)
                .opening((point, context) -> {
                    throw new UsageError("size=" + point.text("size") + " is odd", "take an even one");
                });
        var bench = new Bench(workspace, fake);

        assertEquals("size=1 is odd", assertThrows(UsageError.class, bench::run).getMessage());
        assertEquals(List.of(), bench.engine.results(), "nothing was measured, so nothing is kept");
        var later = new FakeExperiment().with(FakeExperiment.size("2", "1"))
                .constant("direct", 1)
                .opening((point, context) -> {
                    if (point.number("size") == 1) {
                        throw new UsageError("size=1 is odd", "take an even one");
                    }
                });
        assertEquals(List.of(new Failure("size=1", "opening the trial: size=1 is odd; take an even one")),
                new Bench(workspace, later).run().failures());
    }

    @Test
    void namesTheNearestExperiment() {
        var bench = new Bench(workspace, new FakeExperiment());
        var error = assertThrows(UsageError.class,
                () -> bench.engine.run(RunRequest.of("fake/ehco"), ProgressListener.NONE));
        assertEquals("there is no experiment fake/ehco; nearest: fake/echo", error.getMessage());
        assertEquals("see exp:list", error.remedy());
        assertEquals("none is installed", assertThrows(UsageError.class,
                () -> new Bench(workspace).engine.show("x")).remedy());
    }

    @Test
    void reproducesEveryExperimentThatHasClaims() {
        var claiming = new FakeExperiment().called("a/one")
                .constant("direct", 1)
                .constant("rpc", 2)
                .claiming(
                        FakeExperiment.ratio("a.one.rpc", org.kakuri.api.experiment.ClaimSpec.Kind.REPRODUCES, "rpc", 1,
                                3));
        var silent = new FakeExperiment().called("b/two").constant("direct", 1);
        var bench = new Bench(workspace, claiming, silent);

        var reproduction = bench.engine.reproduce(Bench.QUICK, ProgressListener.NONE);
        assertEquals(List.of("a/one"), reproduction.runs().stream().map(RunReport::experiment).toList());
        assertEquals(0, reproduction.exitCode());
        bench.engine.unbindExperiment(claiming);
        assertEquals("no experiment has claims to reproduce", assertThrows(KakuriException.class,
                () -> bench.engine.reproduce(Bench.QUICK, ProgressListener.NONE)).getMessage());
    }
}

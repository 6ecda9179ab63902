package org.kakuri.system.runtimes.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Label;
import org.kakuri.api.Observability;
import org.kakuri.api.Unsupported;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Trial;
import org.kakuri.system.runtimes.internal.TestWorkbench.Measured;

/** What the experiments count is exact, what they add up is the whole, and what they cannot do they say. */
@Timeout(120)
class ExperimentsTest {
    private static final String[] SMALL = {"memory=" + (16 << 20), "heap=" + (64 << 10)};
    private final TestWorkbench workbench = new TestWorkbench().none().sgx();

    @AfterEach
    void everyLeaseIsGivenBack() {
        assertEquals(0, workbench.lent);
        workbench.close();
    }

    private static String[] with(String... more) {
        return java.util.stream.Stream.concat(java.util.stream.Stream.of(SMALL), java.util.stream.Stream.of(more))
                .toArray(String[]::new);
    }

    private Map<String, Measured> run(Experiment experiment, int iterations, Predicate<String> wanted,
            String... given) throws Exception {
        var all = new LinkedHashMap<String, Measured>();
        try (Trial trial = experiment.open(TestWorkbench.point(experiment, given), workbench)) {
            for (Arm arm : trial.arms()) {
                if (wanted.test(arm.info().name())) {
                    var measured = new Measured();
                    arm.measure(iterations, measured);
                    all.put(arm.info().name(), measured);
                    if (arm.info().label() == Label.MODELLED) {
                        assertEquals(arm.info().profile().charge(measured.events).ns() / measured.samples.size(),
                                measured.samples.stream().mapToDouble(x -> x).average().orElseThrow(), 1);
                    }
                }
            }
        }
        return all;
    }

    @Test
    void partsOfAStartSumToTheWhole() throws Exception {
        var arms = run(new StartExperiment(), 2, arm -> !arm.endsWith(".modelled"), with());
        assertEquals(Set.of("native", "apart", "together"), arms.keySet());
        for (String role : List.of("apart", "together")) {
            Measured arm = arms.get(role);
            assertEquals(2, arm.samples.size());
            double whole = arm.samples.stream().mapToDouble(x -> x).average().orElseThrow();
            double parts = 0;
            for (String phase : List.of("build", "measure", "guest", "harness")) {
                assertTrue(arm.extras.get(phase + ".ns") > 0, role + " " + phase);
            }
            for (var extra : arm.extras.entrySet()) {
                if (extra.getKey().startsWith("ablation: without ")) {
                    double part = arm.extras.get(extra.getKey().substring("ablation: without ".length()));
                    assertEquals(whole, part + extra.getValue(), 1, role + " " + extra.getKey());
                    parts += part;
                }
            }
            double harness = arm.extras.get("harness.ns");
            assertEquals(whole, harness + arm.extras.get("without the harness.ns"), 1);
            // the guest's end is told before its tracer's; nothing is counted twice or left out beyond that
            assertEquals(whole, parts + harness, whole / 2, role + ": " + arm.extras);
            assertEquals(2, arm.count("ECREATE"));
            assertEquals(2, arm.count("EINIT"));
            assertEquals(Observability.EXACT, arm.events.count("syscall").observability());
        }
        assertEquals(arms.get("apart").count("syscall"), arms.get("together").count("syscall"));
        // the one instance for all is as large as it may get, whatever runs in it
        long tcs = arms.get("together").count("EADD") / 2 - (16 << 20) / 4096;
        assertTrue(tcs > 0 && tcs < 64, "pages of threads: " + tcs);
    }

    @Test
    void modelledTimeIsCountsTimesPricesAndGrowsWithThem() throws Exception {
        Predicate<String> modelled = arm -> arm.endsWith(".modelled");
        var low = run(new StartExperiment(), 1, modelled, with("prices=low"));
        var high = run(new StartExperiment(), 1, modelled, with("prices=high"));
        assertEquals(Set.of("apart.modelled", "together.modelled"), low.keySet());
        for (String arm : low.keySet()) {
            assertEquals(List.of(), low.get(arm).failures);
            assertEquals(low.get(arm).events.counts(), high.get(arm).events.counts());
            assertTrue(low.get(arm).samples.getFirst() < high.get(arm).samples.getFirst());
        }
    }

    @Test
    void spawnMakesAnInstanceForEachProcessOrOneForAll() throws Exception {
        var arms = run(new SpawnExperiment(), 1, Set.of("apart", "together")::contains, with("processes=3"));
        Measured apart = arms.get("apart");
        // the shell and three programs: dash makes them by vfork, so that nothing is copied
        assertEquals(4, apart.count("ECREATE"));
        assertEquals(0, apart.count("fork.copy"));
        Measured together = arms.get("together");
        assertEquals(1, together.count("ECREATE"));
        assertEquals(0, together.count("divergence.fork"));
        assertEquals(4, together.count("spawn.inside"));
    }

    @Test
    void systemCallsAreCountedInFidelityOnlyAndForksInBothModes() throws Exception {
        var arms = run(new SyscallExperiment(), 1, _ -> true, with("workload=forks"));
        assertEquals(List.of("native", "apart.fidelity", "together.fidelity", "apart.fast", "together.fast",
                "apart.fast.alone", "together.fast.alone"), List.copyOf(arms.keySet()));
        assertEquals(arms.get("apart.fidelity").extras.get("system calls a run"), arms.get("together.fidelity").extras
                .get("system calls a run"));
        assertTrue(arms.get("apart.fidelity").extras.get("system calls a run") > 60);
        for (String fast : List.of("apart.fast", "together.fast")) {
            assertEquals(Observability.UNOBSERVED, arms.get(fast).events.count("syscall").observability());
        }
        assertEquals(30, arms.get("apart.fidelity").count("fork.copy"));
        assertEquals(30, arms.get("apart.fast").count("fork.copy"));
        // who the parent is; of each fork the child's proof
        assertEquals(31, arms.get("apart.fast").count("EREPORT"));
        assertEquals(30, arms.get("together.fast").count("divergence.fork"));
        // what is charged does not depend on the mode
        for (String event : List.of("ECREATE", "EADD", "EEXTEND", "EINIT", "EREPORT", "EGETKEY")) {
            assertEquals(arms.get("apart.fidelity").count(event), arms.get("apart.fast").count(event), event);
        }
    }

    @Test
    void armsWithoutPricesAreSkippedWithTheReason() throws Exception {
        workbench.trustZone();
        run(new StartExperiment(), 1, _ -> false, with("tee=trustzone"));
        assertEquals(Map.of("apart.modelled", "events of backend trustzone have no assumed prices", "together.modelled",
                "events of backend trustzone have no assumed prices"), workbench.skipped);
    }

    @Test
    void withoutABackendForOrdinaryProcessesThereIsNothingToCompareWith() throws Exception {
        try (var protectsOnly = new TestWorkbench().sgx()) {
            var start = new StartExperiment();
            var missing = assertThrows(Unsupported.class,
                    () -> start.open(TestWorkbench.point(start), protectsOnly));
            assertEquals("no backend runs ordinary processes to compare with", missing.getMessage());
            assertEquals(0, protectsOnly.lent);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory=4096", "memory=1048576", "heap=17179869184"})
    void sizesThatDoNotFitAreRefusedAndLeaveNothing(String size) throws Exception {
        for (Experiment experiment : List.of(new StartExperiment(), new SyscallExperiment())) {
            var refused = assertThrows(KakuriException.class, () -> run(experiment, 1, _ -> true, with(size)));
            assertTrue(refused.getMessage().contains("KiB"), refused.getMessage());
        }
    }

    @Test
    void parametersAndClaimsFitTogether() {
        for (Experiment experiment : List.of(new StartExperiment(), new SpawnExperiment(), new SyscallExperiment())) {
            Map<String, Parameter> parameters = new LinkedHashMap<>();
            experiment.info().parameters().forEach(parameter -> parameters.put(parameter.name(), parameter));
            for (ClaimSpec claim : experiment.info().claims()) {
                claim.where()
                        .forEach((name, value) -> assertTrue(parameters.get(name).defaults().contains(value), claim.id()
                                + ": no default point has " + name + "=" + value));
            }
            assertTrue(parameters.get("memory").source().isEmpty() && parameters.get("heap").source().isEmpty(),
                    "no source gives sizes");
        }
    }
}

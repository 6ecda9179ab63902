package org.kakuri.system.tzmediator.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.CostProfiles;
import org.kakuri.api.tee.Price;
import org.kakuri.platform.linux.Affinity;
import org.kakuri.platform.linux.ProcFs;

@Timeout(120)
class IpcExperimentTest {
    private static final CostProfile JUNO = profile("juno-a57", "SMC");

    private final List<CostProfile> known = new ArrayList<>(List.of(CostProfile.UNPRICED));
    private final IpcExperiment experiment = new IpcExperiment(new CostProfiles() {
        @Override
        public List<CostProfile> profiles() {
            return known;
        }

        @Override
        public CostProfile inUse(String architecture) {
            throw new UnsupportedOperationException("the engine says which");
        }

        @Override
        public CostProfile use(String id) {
            throw new UnsupportedOperationException("an experiment uses no profile for others");
        }
    }, Path.of("target/cache"), 1_000);

    @BeforeEach
    void twoCpus() {
        Assumptions.assumeTrue(Affinity.get(Affinity.THIS_THREAD).length > 1, "polling needs a second CPU");
    }

    @AfterEach
    void nothingIsLeft() {
        assertEquals(List.of(), ProcFs.children((int) ProcessHandle.current().pid()), "children");
    }

    private static CostProfile profile(String id, String event) {
        return new CostProfile(id, "test", "test", "arm", Map.of(event, new Price(1, 0, 1, 1, "test", true, "")));
    }

    private static Point point(String... changed) {
        Map<String, String> values = new TreeMap<>(
                Map.of("mechanism", "pipe", "size", "64", "tee", "standin", "runtime",
                        "standin", "placement", "same-core", "fault", "none", "arms", "all"));
        for (int i = 0; i < changed.length; i += 2) {
            values.put(changed[i], changed[i + 1]);
        }
        return new Point(values);
    }

    private static StandInContext context(StandInLease lease) {
        return new StandInContext(lease.workbench(), Duration.ofSeconds(60));
    }

    private static List<String> names(Trial trial) {
        return trial.arms().stream().map(arm -> arm.info().name()).toList();
    }

    @Test
    void measuresEveryArmAndRecordsHow() throws Exception {
        StandInLease lease = new StandInLease(Map.of("SMC", "world switch"));
        StandInContext context = context(lease);
        context.inUse = JUNO;
        try (Trial trial = experiment.open(point(), context)) {
            assertEquals(List.of("ca-ca", "polling", "rpc", "rpc.parallel", "polling.injected", "rpc.injected"),
                    names(trial));
            for (Arm arm : trial.arms()) {
                boolean injected = arm.info().name().endsWith(".injected");
                assertEquals(injected ? "injected" : "measured", arm.info().label().text(), arm.info().name());
                assertEquals(injected ? JUNO : CostProfile.UNPRICED, arm.info().profile(), arm.info().name());
                assertEquals(arm.info().name().equals("ca-ca") ? List.of() : List.of("SMC"), arm.info().keyEvents());
                arm.measure(100, context);
            }
        }
        assertEquals(600, context.samples.size());
        assertEquals(List.of(), context.failures);
        assertEquals(Map.of(), context.skipped);
        int[] cpus = Affinity.get(Affinity.THIS_THREAD);
        assertEquals("CA %1$d, shadow %1$d, TA %2$d".formatted(cpus[0], cpus[1]),
                context.notes.get("tz.cpus.same-core.polling"));
        assertEquals("juno-a57", context.notes.get("tz.profile"));
        assertTrue(lease.closed, "the lease was not given back");
    }

    @Test
    void startsFewerProcessesUsually() throws Exception {
        StandInContext context = context(new StandInLease(Map.of("SMC", "world switch")));
        context.inUse = JUNO;
        try (Trial trial = experiment.open(point("arms", "usual"), context)) {
            assertEquals(List.of("ca-ca", "polling", "rpc", "rpc.injected"), names(trial));
        }
    }

    @Test
    void refusesAMessageThatTheMechanismCannotCarry() {
        StandInLease lease = new StandInLease(Map.of());
        Unsupported e = assertThrows(Unsupported.class,
                () -> experiment.open(point("mechanism", "eventfd", "size", "8"), context(lease)));
        assertEquals("mechanism=eventfd carries at most 7 bytes, not size=8", e.getMessage());
    }

    @Test
    void takesSourcedPricesWhenThoseInUsePriceNoWorldSwitch() throws Exception {
        known.addAll(List.of(profile("another", "SMC"), JUNO));
        StandInContext context = context(new StandInLease(Map.of("SMC", "world switch")));
        try (Trial trial = experiment.open(point(), context)) {
            assertEquals(JUNO, trial.arms().getLast().info().profile());
        }
    }

    @Test
    void asksForTheCrossingsOfWhateverBackendItGot() throws Exception {
        known.add(new CostProfile("entries", "test", "test", "arm",
                Map.of("EENTER", new Price(1, 0, 1, 1, "test", true, ""),
                        "EEXIT", new Price(1, 0, 1, 1, "test", true, ""))));
        StandInContext context = context(new StandInLease(Map.of("EENTER", "in", "EEXIT", "out")));
        try (Trial trial = experiment.open(point("arms", "usual"), context)) {
            assertEquals(List.of("ca-ca", "polling", "rpc", "rpc.injected"), names(trial));
            assertEquals(List.of("EENTER", "EEXIT"), trial.arms().get(2).info().keyEvents());
            assertEquals("entries", trial.arms().getLast().info().profile().id());
        }
    }

    @Test
    void leavesInjectedArmsOutWithoutAPrice() throws Exception {
        StandInContext context = context(new StandInLease(Map.of("SMC", "world switch")));
        try (Trial trial = experiment.open(point(), context)) {
            assertEquals(List.of("ca-ca", "polling", "rpc", "rpc.parallel"), names(trial));
        }
        assertEquals(Map.of("injected arms",
                "profile unpriced in use has no price of SMC, and no other has one for arm"), context.skipped);
    }

    @Test
    void leavesInjectedArmsOutWhereThereIsNoWorldSwitch() throws Exception {
        StandInContext context = context(new StandInLease(Map.of()));
        context.inUse = JUNO;
        try (Trial trial = experiment.open(point("size", "65536"), context)) {
            assertEquals(List.of("ca-ca", "polling", "rpc", "rpc.parallel"), names(trial));
            trial.arms().get(1).measure(50, context);
        }
        assertEquals(50, context.samples.size());
        assertEquals(Map.of("injected arms", "backend standin counts no crossing: there is nothing to price"),
                context.skipped);
    }

    @Test
    void failsWhenATaTrapsWhileItWarmsUp() {
        StandInLease lease = new StandInLease(Map.of());
        KakuriException e = assertThrows(KakuriException.class,
                () -> experiment.open(point("fault", "trap@10"), context(lease)));
        assertEquals("polling: TA ended before its CA: trap: unreachable", e.getMessage());
        assertTrue(lease.closed, "the lease was not given back");
    }

    @Test
    void refusesAFaultItDoesNotKnow() {
        UsageError e = assertThrows(UsageError.class,
                () -> experiment.open(point("fault", "crash"), context(new StandInLease(Map.of()))));
        assertEquals("fault=crash is none that the TA knows", e.getMessage());
    }

    @Test
    void claimsWhatTheSourceReportsAndWhatWeWant() {
        List<String> claims = experiment.info()
                .claims()
                .stream()
                .map(IpcExperimentTest::line)
                .filter(line -> line.startsWith("tz.ipc.fifo."))
                .toList();
        assertEquals(List.of("tz.ipc.fifo.polling REPRODUCES 1.0 2.5 polling/ca-ca",
                "tz.ipc.fifo.rpc REPRODUCES 1.6 1.9 rpc/ca-ca key events",
                "tz.ipc.fifo.polling.goal GOAL -Infinity 1.3 polling/ca-ca",
                "tz.ipc.fifo.rpc.goal GOAL -Infinity 2.0 rpc/ca-ca key events"), claims);
    }

    private static String line(ClaimSpec claim) {
        var ratio = (ClaimSpec.MaxRatioOfMedians) claim.calculation();
        return "%s %s %s %s %s/%s %s".formatted(claim.id(), claim.kind(), claim.low(), claim.high(), ratio.arm(),
                ratio.baseline(), claim.breakEven().orElse("")).strip();
    }

    @Test
    void claimsAreAboutParametersThatExist() {
        List<String> names = experiment.info().parameters().stream().map(Parameter::name).toList();
        experiment.info()
                .claims()
                .forEach(claim -> assertTrue(names.containsAll(claim.where().keySet()), claim::toString));
    }
}

package org.kakuri.system.tzmediator.internal.darknet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.Label;
import org.kakuri.api.Refused;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.ClaimSpec.MaxExtra;
import org.kakuri.api.experiment.ClaimSpec.MaxRatioOfMedians;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.platform.linux.Affinity;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.system.tzmediator.internal.StandInContext;
import org.kakuri.system.tzmediator.internal.StandInLease;
import org.kakuri.system.tzmediator.internal.darknet.net.Digits;
import org.kakuri.system.tzmediator.internal.darknet.net.ModelPart;
import org.kakuri.system.tzmediator.internal.process.CaPrograms;
import org.kakuri.system.tzmediator.internal.process.Mechanism;

/** Real processes; a Java program in place of the TA. */
@Timeout(120)
class DarknetExperimentTest {
    private static final Path WORKSPACE = Path.of("../../workspace");

    private final StandInLease lease = new StandInLease(Map.of("SMC", "world switch"));

    @TempDir
    private Path folder;

    @BeforeEach
    void twoCpus() {
        Assumptions.assumeTrue(Affinity.get(Affinity.THIS_THREAD).length > 1, "polling needs a second CPU");
    }

    @AfterEach
    void nothingIsLeft() {
        assertEquals(List.of(), ProcFs.children((int) ProcessHandle.current().pid()), "children");
    }

    private static Point point(int split, String... changed) {
        Map<String, String> values = new TreeMap<>(
                Map.of("split", "" + split, "model", "plain", "digits", "10", "inputs",
                        "generated",
                        "mechanism", "pipe", "tee", "standin", "runtime", "standin", "placement", "same-core"));
        for (int i = 0; i < changed.length; i += 2) {
            values.put(changed[i], changed[i + 1]);
        }
        return new Point(values);
    }

    private StandInContext context(Path workspace) {
        return new StandInContext(lease.workbench(), Duration.ofSeconds(100)) {
            @Override
            public Path scratch() {
                return folder;
            }

            @Override
            public Path workspace() {
                return workspace;
            }
        };
    }

    private static DarknetExperiment experiment(String searchPath) {
        return new DarknetExperiment(Path.of("target/cache"), searchPath, 100);
    }

    private void measure(int split, String searchPath, String client) throws Exception {
        StandInContext context = context(WORKSPACE);
        try (Trial trial = experiment(searchPath).open(point(split), context)) {
            assertEquals(List.of("unsplit", "ca-ca", "polling", "polling.layers", "rpc", "rpc.layers"),
                    trial.arms().stream().map(arm -> arm.info().name()).toList());
            for (Arm arm : trial.arms()) {
                context.extras.clear();
                arm.measure(30, context);
                assertEquals(30, context.samples.size(), arm.info().name());
                assertTrue(context.samples.stream().allMatch(nanos -> nanos > 0), arm.info().name());
                context.samples.clear();
            }
            assertTrue(context.extras.get("layers.ta.ns") > 0, () -> context.extras.toString());
        }
        assertEquals(List.of(), context.failures);
        assertEquals(0.0, context.extras.get("logits.different"));
        assertEquals(150.0, context.extras.get("logits.compared"), "the peers' are checked and not counted");
        assertTrue(context.notes.get("tz.ca").startsWith(client), context.notes.get("tz.ca"));
        assertEquals("0.9960 of 2000 of our own digits that were held out; weights trained on our own digits only",
                context.notes.get("tz.darknet.accuracy"));
        assertTrue(lease.closed, "the lease was not given back");
    }

    /** All expected logits come from Java's layers, so these hold the C program's against them. */
    @Test
    void measuresEveryArmWithAClientInC() throws Exception {
        Assumptions.assumeTrue(
                Stream.of("cc", "gcc", "clang").anyMatch(c -> Files.isExecutable(Path.of("/usr/bin", c))),
                "needs a C compiler");
        measure(0, "/usr/bin", "C program");
        lease.closed = false;
        measure(3, "/usr/bin", "C program");
    }

    @Test
    void measuresEveryArmWithAClientInJava() throws Exception {
        measure(4, "", "plain Java program");
    }

    @Test
    void failsWhenOneBitOfALogitDiffers() throws Exception {
        StandInContext context = context(WORKSPACE);
        ModelPart model = ModelPart.decode(WasmBench.GUESTS.content("lenet.weights"));
        ModelFiles files = new ModelFiles(folder, model, 4, new Digits(2).take(10));
        byte[] inputs = Files.readAllBytes(folder.resolve("inputs"));
        inputs[inputs.length - 4] ^= 1;
        Files.write(folder.resolve("inputs"), inputs);
        ArmInfo info = new ArmInfo("unsplit", "test", Label.MEASURED, Map.of(), List.of(), CostProfile.UNPRICED);
        CaPrograms programs = new CaPrograms(Path.of("target/cache"), System.getenv("PATH"));
        try (AloneArm arm = AloneArm.open(info, context, programs.find(WasmBench.GUESTS).with(files.unsplit()),
                Mechanism.ALL.get("pipe"), Affinity.get(Affinity.THIS_THREAD)[0], new Comparison(), 1)) {
            arm.measure(30, context);
        }
        assertEquals(List.of("2 of 20 replies were not what they had to be"), context.failures);
    }

    @Test
    void refusesWeightsThatAreNotTheCommittedOnes() throws IOException {
        Path guests = Files.createDirectories(folder.resolve("workspace/guests/darknet"));
        try (Stream<Path> files = Files.list(WORKSPACE.resolve("guests/darknet"))) {
            for (Path file : files.toList()) {
                Files.copy(file, guests.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        byte[] weights = Files.readAllBytes(guests.resolve("lenet.weights"));
        weights[1000] ^= 1;
        Files.write(guests.resolve("lenet.weights"), weights);
        Refused e = assertThrows(Refused.class,
                () -> experiment("").open(point(4), context(folder.resolve("workspace"))));
        assertTrue(e.getMessage()
                .matches(".*lenet.weights has digest [0-9a-f]{64}, its manifest says "
                        + "8a19e56c66208a2fc4bd2e0ad2ae35bc9057d32d992abff3866d6f7f19942c68"),
                e.getMessage());
    }

    @Test
    void claimsWhatTheSourceReportsAndWhatWeWant() {
        List<String> claims = experiment("").info().claims().stream().map(DarknetExperimentTest::line).toList();
        assertEquals(List.of("tz.darknet.identical GOAL 0.0 0.0 rpc logits.different",
                "tz.darknet.overhead.polling REPRODUCES -Infinity 1.15 polling/polling.layers key events",
                "tz.darknet.overhead.rpc REPRODUCES -Infinity 1.15 rpc/rpc.layers key events",
                "tz.darknet.overhead.polling.goal GOAL -Infinity 1.1 polling/polling.layers key events",
                "tz.darknet.overhead.rpc.goal GOAL -Infinity 1.15 rpc/rpc.layers key events",
                "tz.darknet.total.polling REPRODUCES -Infinity 1.15 polling/unsplit key events",
                "tz.darknet.total.rpc REPRODUCES -Infinity 1.15 rpc/unsplit key events"), claims);
    }

    private static String line(ClaimSpec claim) {
        String what = switch (claim.calculation()) {
        case MaxRatioOfMedians(String arm, String baseline) -> arm + "/" + baseline;
        case MaxExtra(String arm, String extra) -> arm + " " + extra;
        default -> throw new AssertionError(claim);
        };
        return "%s %s %s %s %s %s".formatted(claim.id(), claim.kind(), claim.low(), claim.high(), what,
                claim.breakEven().orElse("")).strip();
    }

    @Test
    void claimsAreAboutParametersThatExist() {
        List<String> names = experiment("").info().parameters().stream().map(Parameter::name).toList();
        experiment("").info()
                .claims()
                .forEach(
                        claim -> assertTrue(names.containsAll(claim.where().keySet()), claim::toString));
    }
}

package org.kakuri.system.tzmediator.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Label;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.Pricing;
import org.kakuri.platform.linux.Affinity;
import org.kakuri.platform.linux.ProcFs;
import org.kakuri.platform.linux.Signals;
import org.kakuri.system.tzmediator.internal.LinkSpec.Shadow;
import org.kakuri.system.tzmediator.internal.process.CaPrograms;
import org.kakuri.system.tzmediator.internal.process.CpuPlan;
import org.kakuri.system.tzmediator.internal.process.GuestFiles;
import org.kakuri.system.tzmediator.internal.process.Mechanism;

/** One process misbehaves or dies: one clear reason, and nothing is left behind. */
@Timeout(60)
class LinkFailureTest {
    private static final Path WORKSPACE = Path.of("../../workspace");

    private final StandInLease lease = new StandInLease(Map.of());
    private final CaPrograms programs = new CaPrograms(Path.of("target/cache"), System.getenv("PATH"));
    private List<String> descriptorsBefore;

    @BeforeEach
    void countDescriptors() {
        programs.find(new GuestFiles(WORKSPACE));
        descriptorsBefore = Descriptors.open();
    }

    @AfterEach
    void nothingIsLeft() {
        lease.started.forEach(child -> child.close());
        assertEquals(List.of(), ProcFs.children((int) ProcessHandle.current().pid()), "children");
        assertEquals(descriptorsBefore, Descriptors.open(), "descriptors");
        assertEquals(List.of(), Thread.getAllStackTraces()
                .keySet()
                .stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("watch "))
                .toList(), "threads");
    }

    private MediatedArm open(String fault, StandInContext context) {
        return open(Shadow.PARALLEL, fault, context);
    }

    private MediatedArm open(Shadow shadow, String fault, StandInContext context) {
        CpuPlan plan = CpuPlan.mediated(CpuPlan.SAME_CORE, CallStyle.RPC, Affinity.get(Affinity.THIS_THREAD));
        GuestFiles files = new GuestFiles(WORKSPACE);
        LinkSpec spec = new LinkSpec("rpc", Mechanism.ALL.get("pipe"), 64, CallStyle.RPC, shadow, Pricing.NONE, plan,
                programs.find(files),
                IpcTrial.pingPong(files.module(GuestFiles.TA), Mechanism.ALL.get("pipe"), 64, fault));
        ArmInfo info = new ArmInfo("rpc", "test", Label.MEASURED, Map.of(), List.of(), CostProfile.UNPRICED);
        return new MediatedArm(info, context, spec.open(lease, context));
    }

    private StandInContext context(long seconds) {
        return new StandInContext(lease.workbench(), Duration.ofSeconds(seconds));
    }

    @Test
    void measuresWhatWasAskedFor() {
        StandInContext context = context(30);
        try (MediatedArm arm = open("none", context)) {
            arm.measure(300, context);
            arm.measure(200, context);
            assertEquals(500, context.samples.size());
            assertTrue(context.samples.stream().allMatch(nanos -> nanos > 0), () -> context.samples.toString());
            assertEquals(200.0, context.extras.get("shadow.calls"), 2.0);
            assertTrue(context.extras.get("cpu.ca.ns") > 0, () -> context.extras.toString());
            assertEquals(List.of(), context.failures);
        }
    }

    @Test
    void endsByTheEndOfTheStream() {
        StandInContext context = context(30);
        try (MediatedArm arm = open("none", context)) {
            arm.measure(10, context);
        }
        assertEquals("exited(0)", lease.started.getFirst().waitFor().toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "trap@50 | rpc: TA ended before its CA: trap: unreachable",
        "exit@50 | rpc: TA ended before its CA: it exited with status 42"})
    void tellsHowTheTaEnded(String fault, String message) {
        StandInContext context = context(30);
        try (MediatedArm arm = open(fault, context)) {
            KakuriException e = assertThrows(KakuriException.class, () -> arm.measure(100, context));
            assertEquals(message, e.getMessage());
        }
    }

    @Test
    void countsWrongReplies() {
        StandInContext context = context(30);
        try (MediatedArm arm = open("wrong@250", context)) {
            arm.measure(100, context);
            assertEquals(List.of("1 of 100 replies were not what they had to be"), context.failures);
        }
    }

    @Test
    void givesUpAtTheDeadlineWhenTheTaLoops() {
        StandInContext context = context(30);
        try (MediatedArm arm = open("loop@50", context)) {
            context.deadline = Deadline.in(Duration.ofMillis(300));
            KakuriException e = assertThrows(KakuriException.class, () -> arm.measure(100, context));
            assertEquals("rpc: no answer to 200 messages in time; the TA was ended", e.getMessage());
        }
    }

    @Test
    void endsAtOnceWhenCancelled() {
        StandInContext context = context(60);
        try (MediatedArm arm = open("loop@50", context)) {
            context.cancelled = true;
            KakuriException e = assertThrows(KakuriException.class, () -> arm.measure(100, context));
            assertEquals("rpc: cancelled", e.getMessage());
        }
    }

    @Test
    void tellsThatTheShadowWasKilled() {
        StandInContext context = context(30);
        try (MediatedArm arm = open("none", context)) {
            arm.measure(10, context);
            int shadow = (int) arm.link().shadowPid();
            Signals.kill(shadow, Signals.SIGKILL);
            KakuriException e = assertThrows(KakuriException.class, () -> arm.measure(100, context));
            assertEquals("rpc: shadow process " + shadow + " killed(SIGKILL)", e.getMessage());
        }
        assertTrue(!lease.started.getFirst().alive(), "the TA outlived its shadow");
    }

    @Test
    void tellsThatTheClientWasKilled() {
        StandInContext context = context(30);
        try (MediatedArm arm = open("none", context)) {
            int client = arm.client().pid();
            Signals.kill(client, Signals.SIGKILL);
            KakuriException e = assertThrows(KakuriException.class, () -> arm.measure(100, context));
            assertEquals("rpc: CA process " + client + " killed(SIGKILL)", e.getMessage());
        }
    }

    @Test
    void tellsThatTheTasProcessWasKilled() {
        StandInContext context = context(30);
        try (MediatedArm arm = open("none", context)) {
            arm.measure(10, context);
            Signals.kill((int) arm.link().trustedPid(), Signals.SIGKILL);
            KakuriException e = assertThrows(KakuriException.class, () -> arm.measure(100, context));
            assertEquals("rpc: TA ended before its CA: ended by killed(SIGKILL)", e.getMessage());
        }
    }

    /** The shadow whose own thread enters the secure world is one process with the TA: what ends one ends the other. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "trap@50 | rpc: TA ended before its CA: trap: unreachable",
        "exit@50 | rpc: TA ended before its CA: it exited with status 42",
        "none | rpc: TA ended before its CA: ended by killed(SIGKILL)"})
    void tellsHowATaInItsShadowEnded(String fault, String message) {
        StandInContext context = context(30);
        try (MediatedArm arm = open(Shadow.ENTERING, fault, context)) {
            assertEquals(arm.link().trustedPid(), arm.link().shadowPid());
            if (fault.equals("none")) {
                arm.measure(10, context);
                Signals.kill((int) arm.link().trustedPid(), Signals.SIGKILL);
            }
            KakuriException e = assertThrows(KakuriException.class, () -> arm.measure(100, context));
            assertEquals(message, e.getMessage());
        }
    }

    @Test
    void endsATaInItsShadowByTheEndOfTheStream() {
        StandInContext context = context(30);
        try (MediatedArm arm = open(Shadow.ENTERING, "none", context)) {
            arm.measure(300, context);
            assertEquals(300, context.samples.size());
        }
        assertEquals("exited(0)", lease.started.getFirst().waitFor().toString());
    }
}

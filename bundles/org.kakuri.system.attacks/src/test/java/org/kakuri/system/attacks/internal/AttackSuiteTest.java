package org.kakuri.system.attacks.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Range;
import org.kakuri.system.attacks.internal.AttackReport.Row;
import org.kakuri.system.attacks.internal.victim.VictimImages;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.model.arm.ArmPlatform;
import org.kakuri.tee.model.memory.Checker;
import org.kakuri.tee.model.memory.Decision;

/** The attacks against real backends and the real runtime, in this process; and against backends that are broken. */
@Timeout(60)
class AttackSuiteTest {
    private static final Path CACHE = Path.of("target", "test-cache").toAbsolutePath();

    @TempDir
    Path folder;

    private TestWorkbench workbench;

    @BeforeEach
    void open() {
        workbench = new TestWorkbench(CACHE);
    }

    @AfterEach
    void close() {
        workbench.close();
    }

    private AttackReport run(String attack, String... backends) {
        var suite = new AttackSuite(workbench, new VictimImages(folder, ""));
        return suite.run(Attacks.named(attack), List.of(backends), "wasm", Placement.INLINE);
    }

    private static Row row(AttackReport report, String backend) {
        return report.rows().stream().filter(row -> row.backend().equals(backend)).findFirst().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"host-read", "dma-read"})
    void readsTheSecretWhereNothingProtectsItAndIsRefusedByTheTzasc(String attack) {
        workbench.none();
        workbench.trustZone();

        AttackReport report = run(attack);

        Row none = row(report, "none");
        assertEquals("LEAKED", none.observed());
        assertTrue(none.evidence().matches("[0-9a-f]{64} read at 0x[0-9a-f]+ \\(linear memory 1\\)"), none.evidence());
        assertEquals("", none.checker());
        Row trustzone = row(report, "trustzone");
        assertEquals("BLOCKED", trustzone.observed());
        assertEquals("tzasc", trustzone.checker());
        assertTrue(trustzone.rule().startsWith("Arm DDI 0504 (CoreLink TZC-400)"), trustzone.rule());
        assertTrue(trustzone.control()
                .matches("without tzasc it succeeds: [0-9a-f]{64} read at 0x[0-9a-f]+ \\(linear memory 1\\)"),
                trustzone.control());
        assertEquals("none", report.positiveControl());
        assertEquals(0, report.exitCode(), report.text());
    }

    @Test
    void corruptsTheSecretWhereNothingProtectsItAndIsRefusedByTheTzasc() {
        workbench.none();
        workbench.trustZone();

        AttackReport report = run("host-write");

        assertEquals("CORRUPTED", row(report, "none").observed());
        Row trustzone = row(report, "trustzone");
        assertEquals("BLOCKED", trustzone.observed());
        assertTrue(trustzone.evidence().matches("store of \\[0x[0-9a-f]+, 0x[0-9a-f]+\\) refused by tzasc: .*"),
                trustzone.evidence());
        assertTrue(trustzone.control().contains("stored at"), trustzone.control());
        assertEquals(0, report.exitCode(), report.text());
    }

    private static void withoutTzasc(MachineModel machine) {
        ArmPlatform.of(machine, 16 << 20);
        machine.memory().enable("tzasc", false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"host-read", "host-write", "dma-read"})
    void neverCallsABackendWithoutItsCheckerBlocked(String attack) {
        workbench.none();
        workbench.liar();
        withoutTzasc(workbench.trustZone());

        AttackReport report = run(attack);

        for (String backend : List.of("liar", "trustzone")) {
            Row row = row(report, backend);
            assertEquals("BLOCKED", row.expected());
            assertEquals("NOT_ENFORCED", row.observed(), row.evidence());
            assertTrue(row.evidence().startsWith("accesses are checked at NONE only: "), row.evidence());
            assertFalse(row.asExpected());
        }
        assertEquals(1, report.exitCode());
        assertTrue(report.text().contains("DIFFERS"), report.text());
    }

    /** Refuses the host everything, behind the machine's own checker. */
    private record SecondFence() implements Checker {
        @Override
        public String name() {
            return "second";
        }

        @Override
        public int order() {
            return Integer.MAX_VALUE;
        }

        @Override
        public Decision check(Actor actor, Range range, boolean write) {
            return actor.instance() == 0 ? new Decision.Deny("TEST 1.0, second fence", "always") : Decision.PASS;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"host-read", "host-write"})
    void isInconclusiveIfTheAttackFailsWithoutTheCheckerToo(String attack) {
        workbench.none();
        workbench.trustZone().memory().add(new SecondFence());

        Row row = row(run(attack), "trustzone");

        assertEquals("INCONCLUSIVE", row.observed(), row.evidence());
        assertFalse(row.asExpected());
    }

    @Test
    void isInconclusiveWithoutAPositiveControl() {
        workbench.trustZone();

        AttackReport report = run("host-read");

        assertEquals("", report.positiveControl());
        assertEquals("INCONCLUSIVE", row(report, "trustzone").observed());
        assertEquals("positive control: the attack fails even where nothing stands in its way: "
                + "no backend without confidentiality runs wasm", row(report, "trustzone").evidence());
        assertEquals(1, report.exitCode());
    }

    @Test
    void isInconclusiveIfThePositiveControlFails() {
        workbench.none().memory().add(new SecondFence());
        workbench.trustZone();

        AttackReport report = run("host-read");

        assertEquals(List.of("INCONCLUSIVE", "INCONCLUSIVE"), report.rows().stream().map(Row::observed).toList());
    }

    @Test
    void isNotAsExpectedIfAnotherCheckerRefused() {
        workbench.none();
        var machine = workbench.trustZone();
        withoutTzasc(machine);
        machine.memory().add(new SecondFence());

        Row row = row(run("host-read"), "trustzone");

        assertEquals("BLOCKED", row.observed());
        assertEquals("second", row.checker());
        assertEquals("tzasc", row.aimedAt());
        assertFalse(row.asExpected());
    }

    @Test
    void takesThePositiveControlFromBackendsThatWereNotAskedFor() {
        workbench.none();
        workbench.trustZone();

        AttackReport report = run("host-read", "trustzone");

        assertEquals(List.of("trustzone"), report.rows().stream().map(Row::backend).toList());
        assertEquals("none", report.positiveControl());
        assertEquals("BLOCKED", report.rows().getFirst().observed());
    }

    @Test
    void countsNoSideRouteAndReadsNotItsOwnMemory() {
        workbench.none();

        Row row = row(run("host-read"), "none");

        assertEquals(1, row.outsideTheModel().size());
        assertEquals("skipped", row.outsideTheModel().getFirst().outcome());
        assertFalse(row.outsideTheModel().getFirst().counted());
    }

    @Test
    void leavesTheMachineAsItWas() {
        workbench.none();
        var machine = workbench.trustZone();

        run("host-write");

        assertEquals(List.of(), machine.memory().disabled());
        assertEquals(List.of(), machine.memory().regions());
    }

    @Test
    void namesTheNearestAttackAndBackend() {
        workbench.none();

        assertEquals("did you mean host-read?",
                assertThrows(UsageError.class, () -> run("host-raed")).remedy());
        assertEquals("no backend named nnoe",
                assertThrows(UsageError.class, () -> run("host-read", "nnoe")).getMessage());
    }
}

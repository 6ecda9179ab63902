package org.kakuri.tee.model.arm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Monitor;
import org.kakuri.api.tee.MonitorCommand;
import org.kakuri.api.tee.MonitorResult;
import org.kakuri.api.tee.SecurityState;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.model.memory.PhysicalSpace;

/** The example that people copy, compiled from where they find it. */
@Timeout(60)
class MonitorExampleTest {
    private static final Path SOURCE = Path
            .of("../../workspace/examples/monitor-command/src/main/java/org/kakuri/example/monitor/TzascQuery.java");
    private static final int QUERY = 0xc200_0100;
    private static final Actor REALM = Actor.inside(SecurityState.REALM, 1);
    private static final Actor SECURE = Actor.inside(SecurityState.SECURE, 1);

    private final MachineModel machine = new MachineModel("host-a", Machine.ARM);
    private final MonitorTable table = new MonitorTable();
    private final Monitor monitor = SecureMonitor.of(machine, table);
    private final Arena arena = Arena.ofShared();
    private URLClassLoader classes;
    private MonitorCommand example;
    private long normal;
    private long secure;

    @TempDir
    Path folder;

    @BeforeEach
    void compile() throws Exception {
        int status = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-Xlint:all", "-Werror", "-proc:none", "--release", "25", "-d",
                        folder.toString(), "-cp", System.getProperty("java.class.path"), SOURCE.toString());
        assertEquals(0, status, "the example does not compile");
        classes = new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader());
        example = (MonitorCommand) classes.loadClass("org.kakuri.example.monitor.TzascQuery")
                .getConstructor()
                .newInstance();
        ArmPlatform.of(machine, 1 << 20);
        normal = place("ram");
        secure = place(ArmPlatform.SECURE);
    }

    @AfterEach
    void close() throws Exception {
        classes.close();
        machine.close();
        arena.close();
    }

    private long place(String zone) {
        return machine.memory()
                .place(zone, "test", Backing.of(arena.allocate(PhysicalSpace.PAGE, PhysicalSpace.PAGE)))
                .range()
                .start();
    }

    private MonitorResult query(Actor caller, long address) {
        return monitor.call(caller, QUERY, address);
    }

    @Test
    void comesAndGoes() {
        var missing = new MonitorResult(List.of(-1L), "", "", Map.of("SMC", 1L));
        assertEquals(missing, query(Actor.HOST, normal));

        assertEquals(Optional.empty(), table.add(example, "org.kakuri.example.monitor"));
        assertEquals(found(0), query(Actor.HOST, normal));
        assertEquals(found(1), query(Actor.HOST, secure));
        assertEquals(found(1), query(SECURE, secure));

        table.remove(example);
        assertEquals(missing, query(Actor.HOST, normal));
        assertEquals(5, machine.ledger().snapshot().count("SMC").count());
        assertEquals(3, machine.ledger().snapshot().count("TZASC_QUERY").count());
    }

    private static MonitorResult found(long secure) {
        return new MonitorResult(List.of(0L, secure), "KAKURI_TZASC_QUERY", "", Map.of("SMC", 1L, "TZASC_QUERY", 1L));
    }

    @Test
    void seesACheckerThatIsSwitchedOff() {
        table.add(example, "org.kakuri.example.monitor");
        machine.memory().enable(Tzasc.NAME, false);

        assertEquals(found(0), query(Actor.HOST, secure));
    }

    /** Each row breaks the condition under its name and all that are checked after it. */
    static Stream<Arguments> conditions() {
        return Stream.of(Arguments.of("addr_align", REALM, 0x1008L, -3L),
                Arguments.of("addr_dram", REALM, 0x1000L, -10L), Arguments.of("caller_state", REALM, 0L, -11L));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("conditions")
    void refusesInTheOrderOfItsConditions(String id, Actor caller, long address, long status) {
        table.add(example, "org.kakuri.example.monitor");

        assertEquals(new MonitorResult(List.of(status), "KAKURI_TZASC_QUERY", id, Map.of("SMC", 1L)),
                query(caller, address == 0 ? normal : address));
        assertEquals(0, machine.ledger().snapshot().count("TZASC_QUERY").count());
    }

    @Test
    void hasARowForEachConditionThatIsTested() {
        assertEquals(conditions().map(row -> row.get()[0]).toList(),
                example.preconditions().stream().map(MonitorCommand.Precondition::id).toList());
    }

    @Test
    void isShort() throws Exception {
        assertTrue(Files.readAllLines(SOURCE).size() < 100);
    }
}

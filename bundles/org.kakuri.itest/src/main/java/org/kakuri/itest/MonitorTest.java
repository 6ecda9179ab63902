package org.kakuri.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.kakuri.api.UsageError;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.MonitorCall;
import org.kakuri.api.tee.MonitorCommand;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;
import org.osgi.test.junit5.context.BundleContextExtension;
import org.osgi.test.junit5.service.ServiceExtension;

/** A monitor command is there while its service is, on machines that are already made too. */
@Timeout(60)
@ExtendWith({BundleContextExtension.class, ServiceExtension.class})
class MonitorTest {
    @InjectBundleContext
    BundleContext context;

    @InjectService
    CommandProcessor processor;

    /** Doubles an even number. */
    private static final class Doubles implements MonitorCommand {
        @Override
        public int functionId() {
            return 0xc200_0042;
        }

        @Override
        public String name() {
            return "TEST_DOUBLE";
        }

        @Override
        public List<Precondition> preconditions() {
            return List.of(new Precondition("even", "the number is even", call -> call.argument(0) % 2 == 0, -3));
        }

        @Override
        public Map<String, String> events() {
            return Map.of("DOUBLED", "a number was doubled");
        }

        @Override
        public long[] effect(MonitorCall call) {
            call.record("DOUBLED", 1, 0);
            return new long[] {0, call.argument(0) * 2};
        }
    }

    private ServiceRegistration<MonitorCommand> register(String architecture) {
        return context.registerService(MonitorCommand.class, new Doubles(),
                new Hashtable<>(Map.of(MonitorCommand.ARCHITECTURE, architecture)));
    }

    /** Returns the lines of what is printed, with single blanks. */
    private List<String> run(String line) throws Exception {
        var out = new ByteArrayOutputStream();
        try (CommandSession session = processor.createSession(new ByteArrayInputStream(new byte[0]), out, out)) {
            return session.format(session.execute(line), Converter.INSPECT)
                    .toString()
                    .lines()
                    .map(text -> text.replaceAll(" +", " ").strip())
                    .toList();
        }
    }

    private static final List<String> NONE = List.of("command none of that number", "status -1",
            "registers 0xffffffffffffffff", "events SMC 1");

    @Test
    void comesAndGoesWithItsService() throws Exception {
        assertEquals(NONE, run("tee:smc 0xc2000042 21"));

        ServiceRegistration<MonitorCommand> registration = register(Machine.ARM);
        try {
            assertEquals(List.of("command TEST_DOUBLE", "status 0", "registers 0x0 0x2c", "events DOUBLED 1", "SMC 1"),
                    run("tee:smc 0xc2000042 0x16"));
            assertEquals(List.of("command TEST_DOUBLE", "status -3", "registers 0xfffffffffffffffd",
                    "refused by even", "events SMC 1"), run("tee:smc 0xc2000042 21"));
            assertTrue(run("tee:monitor").contains("0xc2000042 TEST_DOUBLE org.kakuri.itest 1 even"),
                    () -> "not listed");
        } finally {
            registration.unregister();
        }
        assertEquals(NONE, run("tee:smc 0xc2000042 22"));
    }

    @Test
    void leavesOutCommandsOfAnotherArchitecture() throws Exception {
        ServiceRegistration<MonitorCommand> registration = register(Machine.X86_64);
        try {
            assertEquals(NONE, run("tee:smc 0xc2000042 22"));
        } finally {
            registration.unregister();
        }
    }

    @Test
    void refusesWhatIsNoCall() {
        assertEquals("no number: 0xzz", refused("tee:smc 0xzz"));
        assertEquals("a function id has 32 bits: 0x100000000", refused("tee:smc 0x100000000"));
        assertEquals("FUNCTION_ID is missing", refused("tee:smc"));
        assertEquals("machines of architecture x86-64 have no monitor", refused("tee:monitor x86-64"));
    }

    private String refused(String line) {
        return assertThrows(UsageError.class, () -> run(line)).getMessage();
    }
}

package org.kakuri.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.Crossing;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Machines;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.api.tee.TeeInstance;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;
import org.osgi.test.junit5.context.BundleContextExtension;
import org.osgi.test.junit5.service.ServiceExtension;

/** Whatever is installed keeps the contract; a bundle that does not is found out. */
@Timeout(180)
@ExtendWith({BundleContextExtension.class, ServiceExtension.class})
class ContractKitTest {
    @InjectBundleContext
    BundleContext context;

    @InjectService
    CommandProcessor processor;

    @InjectService
    Machines machines;

    /** What a command returned, and as what text. */
    private record Run(int exitCode, String text) {}

    private Run run(String line) throws Exception {
        var out = new ByteArrayOutputStream();
        try (CommandSession session = processor.createSession(new ByteArrayInputStream(new byte[0]), out, out)) {
            Object result = session.execute(line);
            int exitCode = result instanceof Outcome outcome ? outcome.exitCode() : 0;
            return new Run(exitCode, session.format(result, Converter.INSPECT).toString());
        }
    }

    @Test
    void everyBackendKeepsTheContract() throws Exception {
        Run run = run("tee:tck");

        assertEquals(0, run.exitCode(), run.text());
        assertTrue(run.text().lines().anyMatch(line -> line.matches("none: \\d+ passed, 0 failed, .*")), run.text());
        assertTrue(run.text().lines().anyMatch(line -> line.matches("trustzone: \\d+ passed, 0 failed, .*")),
                run.text());
    }

    @Test
    void everyRuntimeKeepsTheContractOnEachBackendItIsFor() throws Exception {
        Run run = run("rt:tck");

        assertEquals(0, run.exitCode(), run.text());
        for (String pair : List.of("plain on none", "wasm on none", "wasm on sgx", "wasm on trustzone")) {
            assertTrue(run.text().lines().anyMatch(line -> line.matches(pair + ": \\d+ passed, 0 failed, .*")),
                    run.text());
        }
        assertTrue(run.text().contains("plain on trustzone: N/A, "), run.text());
    }

    @Test
    void theKitKeepsNoProviderAndNoMachine() throws Exception {
        ServiceReference<TeeBackend> none = backend("none");
        List<String> before = users(none);

        run("tee:tck none --only info");

        assertEquals(before, users(none));
        assertEquals(List.of(), machines.machines()
                .stream()
                .map(Machine::name)
                .filter(name -> name.startsWith("tck-"))
                .toList());
    }

    @Test
    void aBackendThatAnotherBundleBringsIsCheckedAndFoundOut() throws Exception {
        TeeBackend none = context.getService(backend("none"));
        Dictionary<String, Object> properties = new Hashtable<>(Map.of(TeeBackend.NAME, "careless"));
        ServiceRegistration<TeeBackend> registration = context.registerService(TeeBackend.class, new Careless(none),
                properties);
        try {
            Run run = run("tee:tck careless --only lifecycle");

            assertEquals(1, run.exitCode(), run.text());
            assertEquals(List.of("FAIL lifecycle.unknown-option: creating with the option tck.no-such-option: null"),
                    run.text().lines().map(String::strip).filter(line -> line.startsWith("FAIL")).toList());
        } finally {
            registration.unregister();
            context.ungetService(backend("none"));
        }
    }

    private ServiceReference<TeeBackend> backend(String name) throws Exception {
        return context.getServiceReferences(TeeBackend.class, "(" + TeeBackend.NAME + "=" + name + ")")
                .iterator()
                .next();
    }

    private static List<String> users(ServiceReference<?> reference) {
        return Arrays.stream(reference.getUsingBundles()).map(bundle -> bundle.getSymbolicName()).sorted().toList();
    }

    /** The backend none under another name, without a look at options. */
    private record Careless(TeeBackend none) implements TeeBackend {
        @Override
        public BackendInfo info() {
            BackendInfo info = none.info();
            return new BackendInfo("careless", info.title(), info.architecture(), info.inner(), info.capabilities(),
                    info.limits(), info.evidenceFormat(), info.events(), info.operations(), info.sources());
        }

        @Override
        public TeeInstance create(Machine machine, InstanceSpec spec) {
            return none.create(machine,
                    new InstanceSpec(spec.name(), spec.identity(), spec.memoryBytes(), spec.pricing(), Map.of()));
        }

        @Override
        public List<Crossing> cross(IoIntent intent) {
            return none.cross(intent);
        }
    }
}

package org.kakuri.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.kakuri.api.Deadline;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.Capability;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;
import org.osgi.test.junit5.context.BundleContextExtension;
import org.osgi.test.junit5.service.ServiceExtension;

/** Backends and runtimes come and go; core notices, its consumers are not restarted. */
@Timeout(60)
@ExtendWith({BundleContextExtension.class, ServiceExtension.class})
class WiringTest {
    @InjectBundleContext
    BundleContext context;

    @InjectService
    Workbench workbench;

    private List<String> backends() {
        return workbench.backends().stream().map(BackendInfo::name).toList();
    }

    @Test
    void everyDeclaredBackendAndRuntimeIsThere() {
        assertEquals(List.of("none", "sgx", "trustzone"), backends());
        assertEquals(List.of("occlum", "plain", "scone", "wasm"),
                workbench.runtimes().stream().map(RuntimeInfo::name).toList());
        assertEquals(List.of(), workbench.readiness().waitingFor());
    }

    @Test
    void aStoppedBackendIsGoneAndComesBackWithoutRestartingCore() throws Exception {
        Bundle trustzone = Frameworks.bundle(context, "org.kakuri.tee.trustzone");
        Workbench before = context.getService(context.getServiceReference(Workbench.class));

        List<String> all = backends();

        trustzone.stop();
        try {
            assertEquals(all.stream().filter(name -> !name.equals("trustzone")).toList(), backends());
            assertFalse(workbench.readiness().ready());
            UsageError error = assertThrows(UsageError.class,
                    () -> workbench.lease(Selector.of("trustzone", "wasm"), Deadline.in(Duration.ofMillis(50))));
            assertEquals("no backend named trustzone", error.getMessage());
        } finally {
            trustzone.start();
        }

        assertEquals(all, backends());
        assertTrue(workbench.readiness().ready());
        assertSame(before, context.getService(context.getServiceReference(Workbench.class)));
        try (var lease = workbench.lease(Selector.of("trustzone", "wasm"), Deadline.inSeconds(5))) {
            assertEquals("trustzone", lease.backend().name());
        }
    }

    @Test
    void aMissingCapabilityIsNamedTogetherWithABackendThatHasIt() {
        var selector = Selector.of("none", "wasm").needing(Capability.CONFIDENTIALITY);

        Unsupported error = assertThrows(Unsupported.class, () -> workbench.lease(selector, Deadline.inSeconds(5)));

        assertEquals("backend none lacks confidentiality", error.getMessage());
        assertTrue(error.remedy().matches("take (\\w+ or )*trustzone"), error.remedy());
    }

    @Test
    void aPairThatMeansNothingIsRefused() {
        Unsupported error = assertThrows(Unsupported.class,
                () -> workbench.lease(Selector.of("trustzone", "plain"), Deadline.inSeconds(5)));

        assertTrue(error.getMessage().startsWith("runtime plain on backend trustzone means nothing: "),
                error.getMessage());
    }

    @Test
    void leasesShowInTheStatusUntilTheyEnd() {
        int before = workbench.leases().size();
        var lease = workbench.lease(Selector.of("none", "wasm"), Deadline.inSeconds(5));

        assertEquals(before + 1, workbench.leases().size());
        lease.close();
        lease.close();
        assertEquals(before, workbench.leases().size());
        assertEquals(Set.of(), Set.copyOf(workbench.leases().stream().filter(info -> info.sessions() > 0).toList()));
    }
}

package org.kakuri.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.Refused;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.HotSwap;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.Swap;
import org.kakuri.api.runtime.SwapReport;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.engine.Engine;
import org.kakuri.engine.ProgressListener;
import org.kakuri.engine.RunOptions;
import org.kakuri.engine.RunReport;
import org.kakuri.engine.RunRequest;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;
import org.osgi.test.junit5.context.BundleContextExtension;
import org.osgi.test.junit5.service.ServiceExtension;

/** Swaps and updates under load lose and double nothing, and touch nobody who is not concerned. */
@Timeout(120)
@ExtendWith({BundleContextExtension.class, ServiceExtension.class})
class SwapTest {
    private static final Duration DRAIN = Duration.ofSeconds(20);
    private static final String TRUSTZONE = "org.kakuri.tee.trustzone";
    private static final String WASM = "org.kakuri.runtime.wasm";

    @TempDir
    Path folder;

    @InjectBundleContext
    BundleContext context;

    @InjectService
    Workbench workbench;

    @InjectService
    HotSwap swaps;

    @InjectService
    Engine engine;

    private static Swap swap(String from, String to) {
        return new Swap(Swap.Kind.BACKEND, from, to, DRAIN);
    }

    private String leased(String backend) {
        try (Lease lease = workbench.lease(Selector.of(backend, "wasm"), Deadline.inSeconds(5))) {
            return lease.backend().name();
        }
    }

    @Test
    void aDryRunChangesNothing() {
        SwapReport report = swaps.plan(swap("trustzone", "none"));

        assertTrue(report.services().contains("new leases of backend trustzone would go to none"));
        assertTrue(report.services().stream().anyMatch(line -> line.contains("confidentiality")), report.toString());
        assertEquals("trustzone", leased("trustzone"));
    }

    @Test
    void swapsUnderLoadWithoutLosingACall() throws Exception {
        try (var load = new Load(workbench, Selector.of("trustzone", "wasm"), Modules.RETURNS.in(folder), 4)) {
            for (int i = 0; i < 20; i++) {
                load.awaitCalls(4);
                swaps.swap(swap("trustzone", "none"));
                assertEquals("none", leased("trustzone"));
                load.awaitCalls(4);
                swaps.swap(swap("none", "trustzone"));
                assertEquals("trustzone", leased("trustzone"));
            }
            assertEquals(List.of(), load.failures());
        } finally {
            workbench.useBackend("trustzone");
            workbench.useBackend("none");
        }
    }

    @Test
    void updatesABackendAndARuntimeUnderLoadWithoutLosingACall() throws Exception {
        Path trustzone = Files.copy(ChangedJar.original(Frameworks.bundle(context, TRUSTZONE)),
                folder.resolve("trustzone.jar"));
        Path wasm = Files.copy(ChangedJar.original(Frameworks.bundle(context, WASM)), folder.resolve("wasm.jar"));
        Bundle core = Frameworks.bundle(context, "org.kakuri.core");
        long coreStarted = core.getLastModified();
        try (var load = new Load(workbench, Selector.of("trustzone", "wasm"), Modules.RETURNS.in(folder), 4)) {
            for (int i = 1; i <= 3; i++) {
                load.awaitCalls(4);
                long before = Frameworks.bundle(context, TRUSTZONE).getBundleId();
                SwapReport backend = swaps.update(ChangedJar.of(trustzone, folder, i), DRAIN);
                load.awaitCalls(4);
                swaps.update(ChangedJar.of(wasm, folder, 100 + i), DRAIN);

                assertEquals(0, backend.ended(), backend.toString());
                assertNotEquals(before, Frameworks.bundle(context, TRUSTZONE).getBundleId());
                assertEquals(1, Arrays.stream(context.getBundles())
                        .filter(bundle -> TRUSTZONE.equals(bundle.getSymbolicName()))
                        .count());
            }
            load.awaitCalls(4);
            assertEquals(List.of(), load.failures());
        }
        assertEquals(coreStarted, core.getLastModified());
    }

    @Test
    void anUpdatedSystemStillStartsProcessesOfItsOwn() throws Exception {
        Path jar = ChangedJar.original(Frameworks.bundle(context, "org.kakuri.system.tzmediator"));
        swaps.update(ChangedJar.of(jar, folder, 1), DRAIN);

        RunReport report = engine.run(
                new RunRequest("tz/ipc", Map.of("size", "64", "tee", "none", "mechanism", "pipe"),
                        RunOptions.DEFAULT.withBlocks(2).withIterations(20).withWarmup(0)),
                ProgressListener.NONE);

        assertEquals(List.of(), report.failures());
        assertTrue(
                report.arms().stream().map(arm -> arm.name()).toList().containsAll(List.of("ca-ca", "polling", "rpc")),
                () -> report.arms().toString());
    }

    @Test
    void aSessionThatDoesNotEndInTimeEndsWithATypedError() {
        Lease lease = workbench.lease(Selector.of("trustzone", "wasm"), Deadline.inSeconds(5));
        var session = lease.open(Modules.LOOPS.in(folder),
                org.kakuri.api.runtime.SessionSpec.inline("loops", 1 << 20));
        try {
            SwapReport report = swaps.swap(new Swap(Swap.Kind.BACKEND, "trustzone", "none", Duration.ofMillis(50)));

            assertEquals(1, report.ended());
            Gone gone = assertThrows(Gone.class, session::ledger);
            assertTrue(gone.getMessage().contains("trustzone was swapped for none"), gone.getMessage());
        } finally {
            workbench.useBackend("trustzone");
            workbench.useBackend("none");
        }
    }

    @Test
    void anUpdateThatDoesNotComeUpLeavesTheRunningOneAlone() throws Exception {
        long before = Frameworks.bundle(context, TRUSTZONE).getBundleId();
        Path torn = Files.write(folder.resolve("torn.jar"), new byte[] {'P', 'K', 3, 4, 0, 0});

        assertThrows(Refused.class, () -> swaps.update(torn, DRAIN));
        assertThrows(Refused.class, () -> swaps.update(folder.resolve("none.jar"), DRAIN));

        assertEquals(before, Frameworks.bundle(context, TRUSTZONE).getBundleId());
        assertEquals("trustzone", leased("trustzone"));
    }

    @Test
    void aBundleThatOthersUseIsNotUpdatedWhileItRuns() throws Exception {
        Path api = ChangedJar.of(ChangedJar.original(Frameworks.bundle(context, "org.kakuri.api")), folder, 1);

        Refused refused = assertThrows(Refused.class, () -> swaps.update(api, DRAIN));

        assertTrue(refused.getMessage().startsWith("org.kakuri.api cannot be updated while it runs: "),
                refused.getMessage());
    }

    @Test
    void unknownNamesAreToldTheNearest() {
        UsageError error = assertThrows(UsageError.class, () -> swaps.swap(swap("trustzome", "none")));

        assertEquals("did you mean trustzone?", error.remedy());
    }
}

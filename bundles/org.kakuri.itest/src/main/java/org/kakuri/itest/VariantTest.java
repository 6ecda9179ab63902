package org.kakuri.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.Deadline;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.runtime.Variant;
import org.kakuri.api.runtime.Variants;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.CostProfile;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;
import org.osgi.test.junit5.context.BundleContextExtension;
import org.osgi.test.junit5.service.ServiceExtension;

/** A variant is a backend like any other, goes and comes with its base, and has its own platform and prices. */
@Timeout(60)
@ExtendWith({BundleContextExtension.class, ServiceExtension.class})
class VariantTest {
    private static final String NAME = "tz-small";
    private static final Variant SMALL = new Variant(NAME, "trustzone", Map.of("secure.memory", "8m"),
            Map.of("SMC", 300.0));

    @TempDir
    Path folder;

    @InjectBundleContext
    BundleContext context;

    @InjectService
    Workbench workbench;

    @InjectService
    Variants variants;

    @AfterEach
    void dropAll() {
        variants.variants().forEach(variant -> variants.drop(variant.name()));
        assertEquals(List.of(), names().stream().filter(List.of(NAME, "sgx-big")::contains).toList());
    }

    private List<String> names() {
        return workbench.backends().stream().map(BackendInfo::name).toList();
    }

    @Test
    void appearsAndRunsLikeAnyOther() {
        variants.derive(SMALL);

        assertTrue(names().containsAll(List.of("none", "trustzone", NAME)), () -> names().toString());
        assertEquals(8L << 20, workbench.backend(NAME).limits().get("secure.memory.bytes"));
        try (Lease lease = workbench.lease(Selector.of(NAME, "wasm"), Deadline.inSeconds(5));
                RuntimeSession session = lease.open(Modules.RETURNS.in(folder), SessionSpec.inline("v", 1 << 20))) {
            var exit = session.spawn(new Command(List.of("guest"), Map.of(), List.of(), Map.of()))
                    .waitFor(Deadline.inSeconds(20))
                    .orElseThrow();
            assertEquals(OptionalInt.of(0), exit.status());
        }
    }

    @Test
    void hasAPlatformOfItsOwn() {
        variants.derive(SMALL);
        try (Lease lease = workbench.lease(Selector.of(NAME, "wasm"), Deadline.inSeconds(5))) {
            Unsupported error = assertThrows(Unsupported.class,
                    () -> lease.open(Modules.RETURNS.in(folder), SessionSpec.inline("v", 64 << 20)));

            assertTrue(error.getMessage().contains("carve-out=" + (8 << 20)), error.getMessage());
        }
    }

    @Test
    void givesAnSgxMachineAnotherSizeOfEpc() {
        variants.derive(new Variant("sgx-big", "sgx", Map.of("epc", "8G"), Map.of("EENTER", 300.0)));

        assertEquals(8L << 30, workbench.backend("sgx-big").limits().get("epc.memory.bytes"));
        try (Lease lease = workbench.lease(Selector.of("sgx-big", "wasm"), Deadline.inSeconds(5));
                RuntimeSession session = lease.open(Modules.RETURNS.in(folder), SessionSpec.inline("v", 1 << 20))) {
            assertEquals(1L, session.ledger().count("ECREATE").count());
            assertEquals(300, lease.charged(CostProfile.UNPRICED).price("EENTER").orElseThrow().ns());
        }
    }

    @Test
    void chargesItsOwnPricesAndSaysThatTheyAreAssumed() {
        variants.derive(SMALL);
        try (Lease lease = workbench.lease(Selector.of(NAME, "wasm"), Deadline.inSeconds(5))) {
            CostProfile charged = lease.charged(CostProfile.UNPRICED);

            assertEquals(300, charged.price("SMC").orElseThrow().ns());
            assertEquals(false, charged.price("SMC").orElseThrow().verified());
            assertEquals("unpriced+" + NAME, charged.id());
        }
    }

    @Test
    void goesAndComesWithItsBase() throws Exception {
        variants.derive(SMALL);
        Bundle trustzone = Frameworks.bundle(context, "org.kakuri.tee.trustzone");

        trustzone.stop();
        assertTrue(names().contains("none"), () -> names().toString());
        assertEquals(List.of(), names().stream().filter(List.of("trustzone", NAME)::contains).toList());
        trustzone.start();

        assertTrue(names().containsAll(List.of("none", "trustzone", NAME)), () -> names().toString());
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertEquals("no backend named trustzome", refused(new Variant("x", "trustzome", Map.of(), Map.of())));
        assertEquals("backend none exists", refused(new Variant("none", "trustzone", Map.of(), Map.of())));
        assertEquals("no name for a backend: ../x", refused(new Variant("../x", "trustzone", Map.of(), Map.of())));
        assertEquals("no event of backend trustzone named SNC",
                refused(new Variant("x", "trustzone", Map.of(), Map.of("SNC", 1.0))));
        assertEquals("secure.memory=9g is out of range",
                refused(new Variant("x", "trustzone", Map.of("secure.memory", "9g"), Map.of())));
        assertEquals("nothing can be set on backend none: {epc=8g}",
                refused(new Variant("x", "none", Map.of("epc", "8g"), Map.of())));
    }

    private String refused(Variant variant) {
        return assertThrows(UsageError.class, () -> variants.derive(variant)).getMessage();
    }
}

package org.kakuri.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.runtime.Workbench;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;
import org.osgi.test.junit5.context.BundleContextExtension;
import org.osgi.test.junit5.service.ServiceExtension;

/** Sessions inline and in domain hosts, and what becomes of them when something goes. */
@Timeout(120)
@ExtendWith({BundleContextExtension.class, ServiceExtension.class})
class SessionsTest {
    private static final long MEMORY = 16 << 20;
    private static final Command COMMAND = new Command(List.of("guest"), java.util.Map.of(), List.of(),
            java.util.Map.of());

    @TempDir
    Path folder;

    @InjectBundleContext
    BundleContext context;

    @InjectService
    Workbench workbench;

    private Lease lease(String backend) {
        return workbench.lease(Selector.of(backend, "wasm"), Deadline.inSeconds(5));
    }

    private static SessionSpec spec(Placement placement) {
        return SessionSpec.inline("test", MEMORY).at(placement);
    }

    private static GuestExit end(GuestProcess guest) {
        return guest.waitFor(Deadline.inSeconds(30)).orElseThrow(() -> new AssertionError("the guest still runs"));
    }

    @Test
    void guestsReturnOnEveryBackendInlineAndInADomainHost() {
        for (String backend : List.of("none", "trustzone")) {
            for (Placement placement : Placement.values()) {
                try (Lease lease = lease(backend);
                        RuntimeSession session = lease.open(Modules.RETURNS.in(folder), spec(placement))) {
                    assertEquals(OptionalInt.of(0), end(session.spawn(COMMAND)).status(), backend + " " + placement);
                }
            }
        }
    }

    @Test
    void aTrapIsTheGuestsEndAndNotTheSessions() {
        try (Lease lease = lease("trustzone");
                RuntimeSession session = lease.open(Modules.TRAPS.in(folder), spec(Placement.INLINE))) {
            for (int i = 0; i < 2; i++) {
                GuestExit exit = end(session.spawn(COMMAND));
                assertEquals(OptionalInt.empty(), exit.status());
                assertTrue(exit.reason().contains("unreachable"), exit.reason());
            }
        }
    }

    @Test
    void aGuestThatLoopsForEverCanBeKilled() {
        for (Placement placement : Placement.values()) {
            try (Lease lease = lease("trustzone");
                    RuntimeSession session = lease.open(Modules.LOOPS.in(folder), spec(placement))) {
                GuestProcess guest = session.spawn(COMMAND);
                assertFalse(guest.waitFor(Deadline.in(java.time.Duration.ofMillis(200))).isPresent());

                guest.kill("enough");

                GuestExit exit = end(guest);
                assertEquals(OptionalInt.empty(), exit.status());
                assertTrue(exit.reason().contains("enough"), exit.reason());
            }
        }
    }

    @Test
    void badModulesAreRefusedInOneLineAndTheLeaseStaysUsable() {
        for (Placement placement : Placement.values()) {
            try (Lease lease = lease("none")) {
                Refused truncated = assertThrows(Refused.class,
                        () -> lease.open(Modules.RETURNS.truncatedIn(folder), spec(placement)));
                Refused tooLarge = assertThrows(Refused.class,
                        () -> lease.open(Modules.WANTS_4_GIB.in(folder), spec(placement)));

                assertEquals(1, truncated.getMessage().lines().count(), truncated.getMessage());
                assertTrue(tooLarge.getMessage().contains("65536"), tooLarge.getMessage());
                try (RuntimeSession session = lease.open(Modules.RETURNS.in(folder), spec(placement))) {
                    assertEquals(OptionalInt.of(0), end(session.spawn(COMMAND)).status());
                }
            }
        }
    }

    @Test
    void aDomainHostIsAnotherProcessThatGoesWithItsSession() throws Exception {
        try (Lease lease = lease("trustzone")) {
            RuntimeSession session = lease.open(Modules.LOOPS.in(folder), spec(Placement.DOMAIN));
            GuestProcess guest = session.spawn(COMMAND);
            long pid = session.placement(guest).hostPid();
            assertNotEquals(ProcessHandle.current().pid(), pid);
            assertTrue(ProcessHandle.of(pid).isPresent());

            session.close();

            Frameworks.await("the end of process " + pid, () -> ProcessHandle.of(pid).isEmpty());
            assertThrows(Gone.class, () -> session.spawn(COMMAND));
        }
    }

    @Test
    void aKilledDomainHostEndsItsGuestsWithATypedError() throws Exception {
        try (Lease lease = lease("trustzone");
                RuntimeSession session = lease.open(Modules.LOOPS.in(folder), spec(Placement.DOMAIN))) {
            GuestProcess guest = session.spawn(COMMAND);
            long pid = session.placement(guest).hostPid();

            ProcessHandle.of(pid).orElseThrow().destroyForcibly();

            Gone gone = assertThrows(Gone.class, () -> guest.waitFor(Deadline.inSeconds(30)));
            assertTrue(gone.getMessage().contains("killed") || gone.getMessage().contains("SIGKILL"),
                    gone.getMessage());
            assertThrows(Gone.class, () -> session.spawn(COMMAND));
            Frameworks.await("the end of process " + pid, () -> ProcessHandle.of(pid).isEmpty());
        }
        try (Lease lease = lease("trustzone");
                RuntimeSession session = lease.open(Modules.RETURNS.in(folder), spec(Placement.DOMAIN))) {
            assertEquals(OptionalInt.of(0), end(session.spawn(COMMAND)).status());
        }
    }

    @Test
    void stoppingTheRuntimeEndsSessionsWithATypedErrorAndNewOnesWorkAfterwards() throws Exception {
        Bundle wasm = Frameworks.bundle(context, "org.kakuri.runtime.wasm");
        Lease lease = lease("trustzone");
        RuntimeSession session = lease.open(Modules.LOOPS.in(folder), spec(Placement.INLINE));
        GuestProcess guest = session.spawn(COMMAND);

        wasm.stop();
        try {
            assertThrows(Gone.class, () -> session.spawn(COMMAND));
            assertThrows(Gone.class, () -> lease.open(Modules.LOOPS.in(folder), spec(Placement.INLINE)));
            GuestExit exit = end(guest);
            assertEquals(OptionalInt.empty(), exit.status());
        } finally {
            wasm.start();
        }

        try (Lease again = lease("trustzone");
                RuntimeSession other = again.open(Modules.RETURNS.in(folder), spec(Placement.INLINE))) {
            assertEquals(OptionalInt.of(0), end(other.spawn(COMMAND)).status());
        }
    }

    @Test
    void stoppingTheBackendDestroysItsInstances() throws Exception {
        Bundle trustzone = Frameworks.bundle(context, "org.kakuri.tee.trustzone");
        RuntimeSession session = lease("trustzone").open(Modules.LOOPS.in(folder), spec(Placement.INLINE));
        GuestProcess guest = session.spawn(COMMAND);

        trustzone.stop();
        try {
            assertEquals(OptionalInt.empty(), end(guest).status());
            assertThrows(Gone.class, session::ledger);
        } finally {
            trustzone.start();
        }
        try (Lease again = lease("trustzone");
                RuntimeSession other = again.open(Modules.RETURNS.in(folder), spec(Placement.INLINE))) {
            assertEquals(OptionalInt.of(0), end(other.spawn(COMMAND)).status());
        }
    }
}

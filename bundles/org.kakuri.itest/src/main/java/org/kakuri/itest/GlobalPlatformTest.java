package org.kakuri.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.Unsupported;
import org.kakuri.api.gp.ClientSession;
import org.kakuri.api.gp.GlobalPlatform;
import org.kakuri.api.gp.Operation;
import org.kakuri.api.gp.Param;
import org.kakuri.api.gp.ParamType;
import org.kakuri.api.gp.ResultCode;
import org.kakuri.api.gp.TaImage;
import org.kakuri.api.gp.TaParams;
import org.kakuri.api.gp.TaProperties;
import org.kakuri.api.gp.TaSession;
import org.kakuri.api.gp.TrustedApplication;
import org.kakuri.api.gp.TrustedOs;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.Pricing;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;
import org.osgi.test.junit5.context.BundleContextExtension;
import org.osgi.test.junit5.service.ServiceExtension;

/** GlobalPlatform's API through a lease: there, absent, and gone with its backend. */
@Timeout(60)
@ExtendWith({BundleContextExtension.class, ServiceExtension.class})
class GlobalPlatformTest {
    private static final UUID TA = UUID.fromString("6d3a31b6-9e0f-4c0a-8f5e-0f2d7b9a1c55");
    private static final int ADD = 1;
    private static final int STAY = 2;

    @InjectBundleContext
    BundleContext context;

    @InjectService
    Workbench workbench;

    private final CountDownLatch inside = new CountDownLatch(1);

    private final class Application implements TrustedApplication {
        @Override
        public ResultCode invokeCommand(TaSession session, int command, TaParams params) {
            if (command == ADD) {
                params.set(0, params.a(0) + params.b(0), 0);
                return ResultCode.SUCCESS;
            }
            inside.countDown();
            while (true) {
                session.inside().safepoint();
            }
        }
    }

    private Lease lease(String backend) {
        return workbench.lease(Selector.of(backend, "wasm"), Deadline.inSeconds(10));
    }

    private ClientSession session(Lease lease) {
        GlobalPlatform platform = lease.extension(GlobalPlatform.class);
        platform.install(new TaImage(new TaProperties(TA, false, false, false, 0), new byte[1], Application::new));
        return platform.initializeContext(Pricing.NONE, TrustedOs.NO_SUPPLICANT)
                .openSession(TA, new Operation())
                .session()
                .orElseThrow();
    }

    private static int add(ClientSession session) {
        Operation operation = new Operation(new Param.Value(ParamType.VALUE_INOUT, 3, 4));
        assertTrue(session.invoke(ADD, operation).success());
        return operation.value(0).a();
    }

    @Test
    void isThereWhereInstancesAreTrustedApplications() {
        try (Lease lease = lease("trustzone")) {
            ClientSession session = session(lease);
            assertEquals(7, add(session));
            assertEquals(4L, session.ledger().snapshot().count("SMC").count(), "open and invoke");
        }
        try (Lease other = lease("none")) {
            Unsupported error = assertThrows(Unsupported.class, () -> other.extension(GlobalPlatform.class));
            assertTrue(error.getMessage().startsWith("backend none is not called by GlobalPlatform's API"),
                    error.getMessage());
        }
    }

    @Test
    void goesWithItsBackend() throws Exception {
        Bundle trustzone = Frameworks.bundle(context, "org.kakuri.tee.trustzone");
        try (Lease lease = lease("trustzone")) {
            ClientSession session = session(lease);
            var thrown = new AtomicReference<Gone>();
            Thread call = Thread.ofPlatform()
                    .start(() -> thrown.set(assertThrows(Gone.class, () -> session.invoke(STAY, new Operation()))));
            inside.await();
            trustzone.stop();
            call.join();
            assertTrue(thrown.get().mayHaveExecuted(), "it was inside");
            Gone later = assertThrows(Gone.class, () -> session.invoke(ADD, new Operation()));
            assertFalse(later.mayHaveExecuted());
            assertEquals("take a new lease", later.remedy());
        } finally {
            trustzone.start();
        }
        try (Lease lease = lease("trustzone")) {
            assertEquals(7, add(session(lease)));
        }
    }
}

package org.kakuri.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Gone;
import org.kakuri.api.gp.ClientSession;
import org.kakuri.api.gp.Opened;
import org.kakuri.api.gp.Operation;
import org.kakuri.api.gp.Origin;
import org.kakuri.api.gp.ResultCode;
import org.kakuri.api.gp.Returned;
import org.kakuri.api.gp.SharedBlock;
import org.kakuri.api.gp.TaImage;
import org.kakuri.api.gp.TeeClient;
import org.kakuri.api.gp.TrustedOs;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.ExitHandler;
import org.kakuri.api.tee.Ledger;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Price;
import org.kakuri.api.tee.Pricing;

/** What is lent of a trusted OS ends with its lease. */
@Timeout(30)
class LentPlatformTest {
    private static final Returned OK = new Returned(ResultCode.SUCCESS, Origin.TRUSTED_APP);
    private static final Returned DEAD = new Returned(ResultCode.TARGET_DEAD, Origin.TEE);
    private static final int PANIC = 1;
    private static final int BLOCK = 2;

    private final List<String> log = new ArrayList<>();
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch dead = new CountDownLatch(1);
    private final Gate lease = new Gate("the lease");
    private final Gate backend = new Gate("backend box");
    private final LentPlatform platform = new LentPlatform(new Os(), null,
            profile -> new CostProfile("charged " + profile.id(), "", "", "", Map.<String, Price>of()), lease, backend);

    private final class Os implements TrustedOs {
        @Override
        public Installation install(Machine machine, TaImage image) {
            log.add("install");
            return () -> log.add("forget");
        }

        @Override
        public TeeClient connect(Machine machine, Pricing pricing, ExitHandler supplicant) {
            log.add("connect " + pricing.profile().id());
            return new Client();
        }
    }

    private final class Client implements TeeClient {
        @Override
        public Opened openSession(UUID destination, Operation operation) {
            return new Opened(OK, Optional.of(new Session()));
        }

        @Override
        public SharedBlock allocate(long bytes, boolean input, boolean output) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SharedBlock register(int descriptor, long bytes, boolean input, boolean output) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void requestCancellation(Operation operation) {}

        @Override
        public Ledger ledger() {
            return null;
        }

        @Override
        public void terminate() {
            log.add("terminate");
            dead.countDown();
        }

        @Override
        public void close() {
            log.add("close");
        }
    }

    private final class Session implements ClientSession {
        @Override
        public Returned invoke(int command, Operation operation) {
            if (command != BLOCK) {
                return command == PANIC ? DEAD : OK;
            }
            inside.countDown();
            try {
                dead.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return DEAD;
        }

        @Override
        public Ledger ledger() {
            return null;
        }

        @Override
        public void close() {}
    }

    private TeeClient client() {
        return platform.initializeContext(Pricing.NONE, TrustedOs.NO_SUPPLICANT);
    }

    private static ClientSession session(TeeClient client) {
        return client.openSession(new UUID(0, 1), new Operation()).session().orElseThrow();
    }

    private void end(String reason) {
        lease.close(reason);
        platform.end();
    }

    @Test
    void chargesWhatTheLeaseCharges() {
        client();
        assertEquals(List.of("connect charged unpriced"), log);
    }

    @Test
    void endsClientsThenForgetsWhatWasInstalled() {
        platform.install(null);
        client().close();
        client();
        end("it was closed");
        assertEquals(List.of("install", "connect charged unpriced", "close", "connect charged unpriced", "terminate",
                "close", "forget"), log);
        platform.end();
        assertEquals(7, log.size(), "the second end does nothing");
    }

    @Test
    void refusesCallsAfterwardsWithoutAnyEffect() {
        TeeClient client = client();
        ClientSession session = session(client);
        assertEquals(OK, session.invoke(0, new Operation()));
        end("its backend was stopped");
        log.clear();

        for (Runnable call : List.<Runnable>of(() -> session.invoke(0, new Operation()), () -> session(client),
                () -> client.allocate(1, true, true), () -> platform.install(null), this::client)) {
            Gone gone = assertThrows(Gone.class, call::run);
            assertEquals("the lease is gone: its backend was stopped", gone.getMessage());
            assertFalse(gone.mayHaveExecuted());
        }
        session.close();
        client.close();
        assertEquals(List.of("close"), log);
    }

    @Test
    void tellsAnApplicationThatPanickedFromOneThatWentWithTheLease() throws InterruptedException {
        ClientSession session = session(client());
        assertEquals(DEAD, session.invoke(PANIC, new Operation()), "its own end");

        var thrown = new AtomicReference<Gone>();
        Thread call = Thread.ofPlatform()
                .start(() -> thrown.set(assertThrows(Gone.class, () -> session.invoke(BLOCK, new Operation()))));
        inside.await();
        assertEquals(1, backend.inside(), "a backend that stops waits for it");
        end("its backend was stopped");
        call.join();
        assertEquals("the trusted application went with its lease", thrown.get().getMessage());
        assertTrue(thrown.get().mayHaveExecuted());
    }
}

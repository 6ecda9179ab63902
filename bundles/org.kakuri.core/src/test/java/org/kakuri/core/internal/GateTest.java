package org.kakuri.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;

@Timeout(30)
class GateTest {
    private final Gate gate = new Gate("backend toy");

    @Test
    void refusesEntryAfterCloseWithoutHavingExecuted() {
        gate.close("its bundle was stopped");
        gate.close("a later reason that must not replace the first");

        Gone gone = assertThrows(Gone.class, gate::enter);

        assertEquals("backend toy is gone: its bundle was stopped", gone.getMessage());
        assertEquals("take a new lease", gone.remedy());
        assertFalse(gone.mayHaveExecuted());
    }

    @Test
    void countsThoseInside() {
        assertEquals(0, gate.inside());
        try (var _ = gate.enter(); var _ = gate.enter()) {
            assertEquals(2, gate.inside());
        }
        assertEquals(0, gate.inside());
    }

    @Test
    void waitsForThoseInside() throws Exception {
        var entered = new CountDownLatch(1);
        var leave = new CountDownLatch(1);
        Thread caller = Thread.ofVirtual().start(() -> {
            try (var _ = gate.enter()) {
                entered.countDown();
                leave.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        entered.await();
        gate.close("drained");

        assertFalse(gate.awaitEmpty(Deadline.in(Duration.ofMillis(20))), "somebody is still inside");
        leave.countDown();
        assertTrue(gate.awaitEmpty(Deadline.inSeconds(20)));
        caller.join();
    }

    @Test
    void everyCallEitherEntersOnceOrIsRefused() throws Exception {
        var executed = new AtomicInteger();
        var refused = new AtomicInteger();
        int callers = 8;
        int calls = 2000;
        var half = new CountDownLatch(callers * calls / 2);
        Thread[] threads = new Thread[callers];
        for (int i = 0; i < callers; i++) {
            threads[i] = Thread.ofPlatform().start(() -> {
                for (int k = 0; k < calls; k++) {
                    try (var _ = gate.enter()) {
                        executed.incrementAndGet();
                    } catch (Gone e) {
                        refused.incrementAndGet();
                    }
                    half.countDown();
                }
            });
        }
        half.await();
        gate.close("in the middle");
        assertTrue(gate.awaitEmpty(Deadline.inSeconds(20)));
        int executedAtClose = executed.get();
        for (Thread thread : threads) {
            thread.join();
        }

        assertEquals(callers * calls, executed.get() + refused.get());
        assertEquals(executedAtClose, executed.get(), "nobody entered after the gate was closed and empty");
    }
}

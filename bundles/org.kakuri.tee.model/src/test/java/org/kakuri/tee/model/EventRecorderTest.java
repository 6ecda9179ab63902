package org.kakuri.tee.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Observability;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Price;
import org.kakuri.api.tee.Pricing;

@Timeout(60)
class EventRecorderTest {
    private final MachineModel machine = new MachineModel("host-a", Machine.ARM);

    private static Pricing priced(boolean injected, double ns, double nsPerByte) {
        var price = new Price(ns, nsPerByte, ns, ns, "test", false, "");
        return new Pricing(new CostProfile("test", "test", "test", Machine.ARM, Map.of("SMC", price)), injected);
    }

    @Test
    void countsExactlyUnderEightThreads() throws Exception {
        int threads = 8;
        int rounds = 50_000;
        var recorders = List.of(machine.recorder(Pricing.NONE), machine.recorder(Pricing.NONE));
        var start = new CyclicBarrier(threads);
        var all = new ArrayList<Thread>();
        for (int t = 0; t < threads; t++) {
            EventCounter smc = recorders.get(t % 2).counter("SMC");
            all.add(Thread.ofPlatform().start(() -> {
                try {
                    start.await();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                for (int i = 0; i < rounds; i++) {
                    smc.record(1, 3);
                }
            }));
        }
        for (Thread thread : all) {
            thread.join();
        }
        for (EventRecorder recorder : recorders) {
            assertEquals(new EventCount(200_000, 600_000, Observability.EXACT),
                    recorder.ledger().snapshot().count("SMC"));
        }
        assertEquals(new EventCount(400_000, 1_200_000, Observability.EXACT), machine.ledger().snapshot().count("SMC"));
    }

    @Test
    void spinsForThePriceAndNeverLess() {
        EventCounter smc = machine.recorder(priced(true, 20_000, 10)).counter("SMC");
        long worst = Long.MAX_VALUE;
        for (int i = 0; i < 200; i++) {
            long start = System.nanoTime();
            smc.record(2, 1000);
            worst = Math.min(worst, System.nanoTime() - start);
        }
        assertTrue(worst >= 50_000, "elapsed=" + worst);
        assertEquals(new EventCount(400, 200_000, Observability.EXACT), machine.ledger().snapshot().count("SMC"));
    }

    @Test
    void allocatesNothingInSteadyState() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        EventRecorder recorder = machine.recorder(Pricing.NONE);
        for (int i = 0; i < 20_000; i++) {
            recorder.record("SMC", 1, 8);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100_000; i++) {
            recorder.record("SMC", 1, 8);
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(bytes < 100_000, "bytes for 100000 events: " + bytes);
    }

    @Test
    void tellsListenersOfTheInstanceAndOfTheMachine() throws Exception {
        EventRecorder recorder = machine.recorder(Pricing.NONE);
        var own = new ArrayList<String>();
        var all = new ArrayList<String>();
        AutoCloseable subscription = recorder.ledger()
                .trace((event, count, bytes) -> own.add(event + count + "/" + bytes));
        machine.ledger().trace((event, count, bytes) -> all.add(event + count + "/" + bytes));

        recorder.record("SMC", 2, 5);
        subscription.close();
        recorder.record("WAIT");

        assertEquals(List.of("SMC2/5"), own);
        assertEquals(List.of("SMC2/5", "WAIT1/0"), all);
    }

    @Test
    void dropsAListenerThatFails() {
        EventRecorder recorder = machine.recorder(Pricing.NONE);
        var calls = new int[1];
        recorder.ledger().trace((event, count, bytes) -> {
            calls[0]++;
            throw new IllegalStateException("broken listener");
        });
        recorder.record("SMC");
        recorder.record("SMC");
        assertEquals(1, calls[0]);
        assertEquals(2, recorder.ledger().snapshot().count("SMC").count());
    }

    @Test
    void carriesWhatCouldBeSeenUpToTheMachine() {
        EventRecorder recorder = machine.recorder(Pricing.NONE);
        recorder.counter("LOAD").limit(Observability.UNOBSERVED);
        recorder.counter("LOAD").limit(Observability.SAMPLED);
        recorder.record("SMC");
        assertEquals(LedgerSnapshot.of(Map.of("LOAD", new EventCount(0, 0, Observability.UNOBSERVED), "SMC",
                new EventCount(1, 0, Observability.EXACT))), recorder.ledger().snapshot());
        assertEquals(Observability.UNOBSERVED, machine.ledger().snapshot().count("LOAD").observability());
    }

    @Test
    void leavesEventsOutThatNeverOccurred() {
        EventRecorder recorder = machine.recorder(Pricing.NONE);
        recorder.counter("SMC");
        assertEquals(LedgerSnapshot.EMPTY, recorder.ledger().snapshot());
    }

    @Test
    void refusesNegativeCounts() {
        EventCounter smc = machine.recorder(Pricing.NONE).counter("SMC");
        var e = assertThrows(IllegalArgumentException.class, () -> smc.record(-1, 0));
        assertEquals("an event cannot occur less than 0 times: event=SMC, count=-1, bytes=0", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> smc.record(1, -1));
        assertEquals(0, machine.ledger().snapshot().count("SMC").count());
    }
}

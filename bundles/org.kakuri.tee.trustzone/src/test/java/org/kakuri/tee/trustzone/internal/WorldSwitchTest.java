package org.kakuri.tee.trustzone.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kakuri.api.gp.SecureStorage;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.Crossing;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.Inside;
import org.kakuri.api.tee.InsideCode;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Monitor;
import org.kakuri.api.tee.Resume;
import org.kakuri.api.tee.SharedMemory;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.tee.model.arm.MonitorTable;
import org.kakuri.tee.model.arm.SecureMonitor;

/** Counts are exact: each number here follows from the calling convention, not from a run. */
@Timeout(30)
class WorldSwitchTest {
    private final Bench bench = new Bench();
    private Exit.Final last;

    @AfterEach
    void close() {
        bench.close();
    }

    private String countsOf(TeeInstance instance, org.kakuri.api.tee.ExitHandler handler, InsideCode code) {
        LedgerSnapshot before = instance.ledger().snapshot();
        last = Bench.context(instance, code).run(handler);
        return Bench.counts(instance.ledger().snapshot().since(before));
    }

    @Test
    void countsLoadingAndTheSession() {
        TeeInstance instance = bench.instance();
        instance.attach(0x10000, Bench.pages(2, 1), org.kakuri.api.tee.Perms.RX);
        assertEquals("{TA_LOAD_PAGE=2}", Bench.counts(instance.ledger().snapshot()));
        assertEquals(8192, instance.ledger().snapshot().count("TA_LOAD_PAGE").bytes());
        instance.seal();
        assertEquals("{SMC=2, TA_LOAD_PAGE=2, TA_SESSION_OPEN=1}", Bench.counts(instance.ledger().snapshot()));
    }

    @ParameterizedTest(name = "{0} host calls")
    @ValueSource(ints = {0, 1, 2, 100})
    void countsTwoSwitchesARunAndTwoAHostCall(int calls) {
        String counts = countsOf(bench.loaded(1), Bench.ANSWERS, inside -> {
            for (int i = 0; i < calls; i++) {
                assertEquals(7, inside.callHost(new HostRequest("posix", i, 0)));
            }
            return 3;
        });
        assertEquals(new Exit.Ended(3), last);
        String rpc = calls == 0 ? "" : "RPC_EXIT=%d, RPC_RETURN=%d, ".formatted(calls, calls);
        assertEquals("{%sSMC=%d, TA_INVOKE=1}".formatted(rpc, 2 + 2 * calls), counts);
    }

    @Test
    void callsTheMonitorAsTheSecureWorld() {
        Monitor monitor = SecureMonitor.of(bench.machine, new MonitorTable());
        TeeInstance instance = bench.loaded(1);
        String counts = countsOf(instance, Bench.NOBODY, inside -> {
            Monitor own = inside.extension(Monitor.class).orElseThrow();
            assertThrows(IllegalArgumentException.class, () -> own.call(Actor.HOST, 0x8000_0000));
            return (int) own.call(inside.actor(), 0x8000_0000).status();
        });
        assertEquals(new Exit.Ended(0x1_0002), last);
        assertEquals("{SMC=3, TA_INVOKE=1}", counts);
        assertEquals(0x1_0002, monitor.call(Actor.HOST, 0x8000_0000).status());
        assertEquals("{SMC=3, TA_INVOKE=1}", countsOf(bench.loaded(1), Bench.NOBODY,
                inside -> (int) inside.extension(Monitor.class).orElseThrow().call(inside.actor(), 0).status()));
    }

    @Test
    void countsBytesThatAHostCallMoves() {
        TeeInstance instance = bench.loaded(1);
        countsOf(instance, Bench.ANSWERS, inside -> (int) inside.callHost(new HostRequest("posix", 1, 4096)));
        assertEquals(4096, instance.ledger().snapshot().count("RPC_EXIT").bytes());
    }

    @Test
    void takesAKickAtASafepointOnce() {
        List<Exit> exits = new java.util.ArrayList<>();
        TeeInstance instance = bench.loaded(1);
        var context = Bench.context(instance, inside -> {
            inside.safepoint();
            inside.safepoint();
            return 0;
        });
        context.kick();
        context.kick();
        LedgerSnapshot before = instance.ledger().snapshot();
        context.run(exit -> {
            exits.add(exit);
            return Resume.CONTINUE;
        });
        assertEquals(List.of(new Exit.Interrupt("kick")), exits);
        assertEquals("{FOREIGN_INTERRUPT=1, SMC=4, TA_INVOKE=1}",
                Bench.counts(instance.ledger().snapshot().since(before)));
    }

    @Test
    void countsOneSwitchOutForAFault() {
        assertEquals("{SMC=2, TA_INVOKE=1}", countsOf(bench.loaded(1), Bench.NOBODY, _ -> {
            throw new IllegalStateException("broken");
        }));
        assertEquals(new Exit.Fault("java.lang.IllegalStateException: broken", false), last);
    }

    @Test
    void doesNotLeaveTwiceWhenStoppedOutside() {
        assertEquals("{RPC_EXIT=1, SMC=2, TA_INVOKE=1}", countsOf(bench.loaded(1),
                _ -> new Resume.Terminate("no more"), inside -> (int) inside.callHost(new HostRequest("posix", 1, 0))));
        assertEquals(new Exit.Fault("no more", true), last);
    }

    @Test
    void stopsALoopThatLooks() throws Exception {
        TeeInstance instance = bench.loaded(1);
        var running = new CountDownLatch(1);
        var context = Bench.context(instance, inside -> {
            while (true) {
                inside.safepoint();
                running.countDown();
            }
        });
        var outcome = new AtomicReference<Exit.Final>();
        Thread thread = Thread.ofPlatform().start(() -> outcome.set(context.run(Bench.ANSWERS)));
        running.await();
        context.terminate("enough");
        thread.join();
        assertEquals(new Exit.Fault("enough", true), outcome.get());
    }

    @Test
    void countsRegistrations() {
        TeeInstance instance = bench.loaded(1);
        LedgerSnapshot before = instance.ledger().snapshot();
        SharedMemory shared = instance.share(3 * 4096);
        assertEquals("{SHM_MAP_PAGE=3, SHM_REGISTER=1, SMC=2}",
                Bench.counts(instance.ledger().snapshot().since(before)));
        shared.close();
        shared.close();
        assertEquals("{SHM_MAP_PAGE=3, SHM_REGISTER=1, SHM_UNREGISTER=1, SMC=4}",
                Bench.counts(instance.ledger().snapshot().since(before)));
    }

    @Test
    void countsWhatStorageAsks() {
        String counts = countsOf(bench.loaded(1), Bench.NOBODY, inside -> {
            inside.extension(SecureStorage.class).orElseThrow().put("a", new byte[10]);
            return 0;
        });
        assertEquals("{RPC_EXIT=4, RPC_RETURN=4, RPMB_READ=1, RPMB_WRITE=1, SMC=10, STORAGE_WRITE=2, TA_INVOKE=1}",
                counts);
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(IoIntent.Kind.class)
    void predictsCrossingsAsTheyAreCounted(IoIntent.Kind kind) {
        List<Crossing> rpc = bench.backend.cross(new IoIntent(kind, 64, CallStyle.RPC));
        List<Crossing> polling = bench.backend.cross(new IoIntent(kind, 64, CallStyle.POLLING));
        List<Crossing> hostCall = List.of(new Crossing("RPC_EXIT", 1, 64), new Crossing("SMC", 2, 0),
                new Crossing("RPC_RETURN", 1, 0));
        switch (kind) {
        case FILE, STREAM -> {
            assertEquals(hostCall, rpc);
            assertEquals(List.of(), polling);
        }
        case WAIT -> {
            assertEquals(hostCall, rpc);
            assertEquals(hostCall, polling);
        }
        case INTERNAL, CLOCK -> assertTrue(rpc.isEmpty() && polling.isEmpty());
        }
        TeeInstance instance = bench.loaded(1);
        LedgerSnapshot before = instance.ledger().snapshot();
        LedgerSnapshot[] during = new LedgerSnapshot[2];
        Bench.context(instance, inside -> {
            during[0] = instance.ledger().snapshot();
            inside.callHost(new HostRequest("posix", 1, 64));
            during[1] = instance.ledger().snapshot();
            return 0;
        }).run(Bench.ANSWERS);
        LedgerSnapshot one = during[1].since(during[0]);
        hostCall.forEach(crossing -> assertEquals(crossing.count(), one.count(crossing.event()).count()));
        assertEquals(hostCall.size(), one.counts().size());
        assertEquals("{RPC_EXIT=1, RPC_RETURN=1, SMC=4, TA_INVOKE=1}",
                Bench.counts(instance.ledger().snapshot().since(before)));
    }

    @Test
    void countsParallelContextsExactly() throws Exception {
        TeeInstance instance = bench.loaded(1);
        LedgerSnapshot before = instance.ledger().snapshot();
        var started = new CountDownLatch(4);
        List<Thread> threads = new java.util.ArrayList<>();
        for (int i = 0; i < 4; i++) {
            var context = Bench.context(instance, inside -> {
                started.countDown();
                started.await();
                for (int call = 0; call < 500; call++) {
                    inside.callHost(new HostRequest("posix", call, 0));
                }
                return 0;
            });
            threads.add(Thread.ofPlatform().start(() -> context.run(Bench.ANSWERS)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals("{RPC_EXIT=2000, RPC_RETURN=2000, SMC=4008, TA_INVOKE=4}",
                Bench.counts(instance.ledger().snapshot().since(before)));
        assertEquals("{RPC_EXIT=2000, RPC_RETURN=2000, SMC=4010, TA_INVOKE=4, TA_LOAD_PAGE=2, TA_SESSION_OPEN=1}",
                Bench.counts(bench.machine.ledger().snapshot()));
    }

    @Test
    void documentsEveryEventItCounts() {
        TeeInstance instance = bench.loaded(1);
        countsOf(instance, Bench.ANSWERS, inside -> use(inside, instance));
        instance.ledger()
                .snapshot()
                .counts()
                .keySet()
                .forEach(event -> assertTrue(bench.backend.info().events().containsKey(event), event));
    }

    private static int use(Inside inside, TeeInstance instance) {
        SecureStorage storage = inside.extension(SecureStorage.class).orElseThrow();
        storage.put("a", new byte[1]);
        storage.get("a");
        storage.delete("a");
        instance.share(1).close();
        return (int) inside.callHost(new HostRequest("posix", 1, 0));
    }
}

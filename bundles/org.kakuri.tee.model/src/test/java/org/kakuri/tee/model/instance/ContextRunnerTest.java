package org.kakuri.tee.model.instance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kakuri.api.Unsupported;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Context;
import org.kakuri.api.tee.ContextSpec;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.ExitHandler;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.Inside;
import org.kakuri.api.tee.InsideCode;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.InstanceState;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.Resume;
import org.kakuri.tee.model.MachineModel;

@Timeout(60)
class ContextRunnerTest {
    private static final HostRequest WRITE = new HostRequest("posix", 1, 100);
    private static final ExitHandler GO_ON = exit -> Resume.CONTINUE;

    private final MachineModel machine = new MachineModel("host-a", Machine.ARM);
    private final TestRules rules = new TestRules();
    private final InstanceModel instance = new InstanceModel(machine,
            new InstanceSpec("ta", new UUID(0, 1), 1 << 20, Pricing.NONE, Map.of()), rules);

    @AfterEach
    void close() {
        instance.close();
    }

    private Context ready(InsideCode code) {
        Context context = instance.addContext(new ContextSpec("c", code));
        if (instance.state() == InstanceState.BUILDING) {
            instance.seal();
        }
        return context;
    }

    private static CompletableFuture<Exit.Final> start(Context context, ExitHandler handler) {
        var result = new CompletableFuture<Exit.Final>();
        Thread.ofPlatform().start(() -> {
            try {
                result.complete(context.run(handler));
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    @Test
    void givesHostCallsToTheHandlerOnTheSameThreadAndComesBack() {
        var threads = new ArrayList<Thread>();
        var seen = new ArrayList<Exit>();
        Context context = ready(inside -> {
            threads.add(Thread.currentThread());
            return (int) (inside.callHost(WRITE) + inside.callHost(WRITE));
        });

        Exit.Final last = context.run(exit -> {
            threads.add(Thread.currentThread());
            seen.add(exit);
            return seen.size() == 1 ? new Resume.Reply(41) : Resume.CONTINUE;
        });

        assertEquals(new Exit.Ended(41), last);
        assertEquals(List.of(new Exit.HostCall(WRITE), new Exit.HostCall(WRITE)), seen);
        assertEquals(List.of(Thread.currentThread()), threads.stream().distinct().toList());
        assertEquals(List.of("started c", "left HostCall", "reentered HostCall", "left HostCall", "reentered HostCall",
                "ended Ended"), rules.log);
        assertEquals(2, instance.ledger().snapshot().count("LEFT").count());
        assertEquals(2, machine.ledger().snapshot().count("LEFT").count());
    }

    @Test
    void turnsAnExceptionOfTheCodeIntoAFault() {
        assertEquals(new Exit.Fault("java.lang.IllegalStateException: trap", false), ready(inside -> {
            throw new IllegalStateException("trap");
        }).run(GO_ON));
        assertEquals(new Exit.Fault("java.lang.StackOverflowError", false), ready(inside -> {
            throw new StackOverflowError();
        }).run(GO_ON));
        assertEquals("ended Fault", rules.log.getLast());
    }

    @Test
    void runsOnceOnly() {
        Context context = ready(inside -> 0);
        context.run(GO_ON);
        var e = assertThrows(WrongState.class, () -> context.run(GO_ON));
        assertEquals("context cannot be entered: context=c, state=ENDED", e.getMessage());
    }

    @Test
    void runsOnOneThreadAtATime() throws Exception {
        var inCode = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        Context context = ready(inside -> {
            inCode.countDown();
            goOn.await();
            return 0;
        });
        var running = start(context, GO_ON);
        inCode.await();

        var e = assertThrows(WrongState.class, () -> context.run(GO_ON));
        assertEquals("context cannot be entered: context=c, state=RUNNING", e.getMessage());
        var busy = assertThrows(WrongState.class, instance::quiesce);
        assertEquals("contexts run: instance=ta, contexts=[c]", busy.getMessage());
        goOn.countDown();
        assertEquals(new Exit.Ended(0), running.get());
    }

    @Test
    void mayBeRunLaterWhenTheInstanceWasNotReady() {
        Context context = instance.addContext(new ContextSpec("c", inside -> 3));
        assertThrows(WrongState.class, () -> context.run(GO_ON));
        instance.seal();
        assertEquals(new Exit.Ended(3), context.run(GO_ON));
    }

    @Test
    void runsContextsInParallel() throws Exception {
        var meet = new CyclicBarrier(4);
        var results = new ArrayList<CompletableFuture<Exit.Final>>();
        for (int i = 0; i < 4; i++) {
            int status = i;
            results.add(start(ready(inside -> {
                meet.await();
                return status;
            }), GO_ON));
        }
        for (int i = 0; i < 4; i++) {
            assertEquals(new Exit.Ended(i), results.get(i).get());
        }
    }

    @Test
    void takesOneInterruptForAKickAtTheNextSafepoint() {
        var exits = new ArrayList<Exit>();
        var own = new AtomicReference<Context>();
        own.set(ready(inside -> {
            inside.safepoint();
            own.get().kick();
            own.get().kick();
            inside.safepoint();
            inside.safepoint();
            return 0;
        }));
        assertEquals(new Exit.Ended(0), own.get().run(exit -> {
            exits.add(exit);
            return Resume.CONTINUE;
        }));
        assertEquals(List.of(new Exit.Interrupt("kick")), exits);
    }

    @Test
    void terminatesAnEndlessLoopThatHonoursInterrupts() throws Exception {
        var inCode = new CountDownLatch(1);
        Context context = ready(inside -> {
            inCode.countDown();
            while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
            return 7;
        });
        var running = start(context, GO_ON);
        inCode.await();
        context.terminate("timeout after 1 s");
        assertEquals(new Exit.Fault("timeout after 1 s", true), running.get());
    }

    @Test
    void terminatesCodeThatSwallowsInterruptsAtItsNextCrossing() throws Exception {
        var inCode = new CountDownLatch(1);
        Context context = ready(inside -> {
            inCode.countDown();
            while (true) {
                try {
                    Thread.sleep(1_000_000);
                } catch (InterruptedException swallowed) {
                    inside.safepoint();
                }
            }
        });
        var running = start(context, GO_ON);
        inCode.await();
        context.terminate("enough");
        assertEquals(new Exit.Fault("enough", true), running.get());
    }

    @Test
    void terminatesCodeThatCatchesEverything() {
        var crossings = new int[1];
        Context context = ready(inside -> {
            while (crossings[0] < 3) {
                try {
                    inside.callHost(WRITE);
                } catch (Throwable swallowed) {
                    crossings[0]++;
                }
            }
            return 0;
        });
        assertEquals(new Exit.Fault("no", true), context.run(exit -> new Resume.Terminate("no")));
        assertEquals(List.of("started c", "left HostCall", "ended Fault"), rules.log);
    }

    @Test
    void leavesNoInterruptBehind() {
        var own = new AtomicReference<Context>();
        own.set(ready(inside -> {
            own.get().terminate("by itself");
            return 0;
        }));
        assertEquals(new Exit.Fault("by itself", true), own.get().run(GO_ON));
        assertFalse(Thread.currentThread().isInterrupted());
        own.get().terminate("too late");
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void keepsAnInterruptThatIsNotItsOwn() {
        Context context = ready(inside -> {
            Thread.currentThread().interrupt();
            Thread.sleep(1_000_000);
            return 0;
        });
        assertEquals(new Exit.Fault("java.lang.InterruptedException: sleep interrupted", false), context.run(GO_ON));
        assertTrue(Thread.interrupted());
    }

    @Test
    void terminatesBeforeItRuns() {
        Context context = ready(inside -> 0);
        context.terminate("not wanted");
        assertEquals(new Exit.Fault("not wanted", true), context.run(GO_ON));
        assertEquals(List.of(), rules.log);
        assertThrows(WrongState.class, () -> context.run(GO_ON));
    }

    @Test
    void refusesCallsFromTheExitHandler() {
        var leaked = new AtomicReference<Inside>();
        Context context = ready(inside -> {
            leaked.set(inside);
            return (int) inside.callHost(WRITE);
        });
        var refusals = new ArrayList<String>();
        Exit.Final last = context.run(exit -> {
            refusals.add(assertThrows(WrongState.class, () -> leaked.get().callHost(WRITE)).getMessage());
            refusals.add(assertThrows(WrongState.class, () -> leaked.get().attest(new byte[0])).getMessage());
            return new Resume.Reply(5);
        });
        assertEquals(new Exit.Ended(5), last);
        assertEquals(List.of("called from an exit handler: operation=callHost, context=c",
                "called from an exit handler: operation=attest, context=c"), refusals);
    }

    @Test
    void refusesCallsFromOtherThreadsAndAfterTheEnd() throws Exception {
        var leaked = new AtomicReference<Inside>();
        Context context = ready(inside -> {
            leaked.set(inside);
            var result = CompletableFuture.supplyAsync(
                    () -> assertThrows(WrongState.class, () -> inside.callHost(WRITE)).getMessage());
            return result.get().startsWith("not on the context's thread: operation=callHost, context=c, thread=")
                    ? 0
                    : 1;
        });
        assertEquals(new Exit.Ended(0), context.run(GO_ON));
        var late = assertThrows(WrongState.class, () -> leaked.get().safepoint());
        assertTrue(late.getMessage().startsWith("not on the context's thread: operation=safepoint"), late.getMessage());
    }

    @Test
    void passesAFailureOfTheHandlerToTheCaller() {
        var failure = new IllegalStateException("host broke");
        var e = assertThrows(IllegalStateException.class,
                () -> ready(inside -> (int) inside.callHost(WRITE)).run(exit -> {
                    throw failure;
                }));
        assertSame(failure, e);
        assertEquals(new Exit.Ended(0), ready(inside -> 0).run(GO_ON));
        var none = assertThrows(NullPointerException.class,
                () -> ready(inside -> (int) inside.callHost(WRITE)).run(exit -> null));
        assertEquals("the exit handler returned null", none.getMessage());
    }

    @Test
    void saysWhatTheBackendHasNot() {
        var messages = new ArrayList<String>();
        Context context = ready(inside -> {
            messages.add(assertThrows(Unsupported.class, () -> inside.attest(new byte[64])).getMessage());
            messages.add(assertThrows(Unsupported.class, inside::sealing).getMessage());
            messages.add(assertThrows(IllegalArgumentException.class, () -> inside.attest(new byte[65])).getMessage());
            return 0;
        });
        assertEquals(new Exit.Ended(0), context.run(GO_ON));
        assertEquals(List.of("backend test has no attestation", "backend test has no sealing keys",
                "report data has at most 64 bytes: bytes=65"), messages);
    }

    @Test
    void stopsRunningContextsBeforeScrubbing() throws Exception {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(4096);
            instance.attach(0, Backing.of(memory), Perms.RW);
            var inCode = new CountDownLatch(1);
            Context context = ready(inside -> {
                inCode.countDown();
                try {
                    Thread.sleep(1_000_000);
                } finally {
                    memory.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
                }
                return 0;
            });
            var running = start(context, GO_ON);
            inCode.await();

            instance.close();

            assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, 0));
            assertEquals(new Exit.Fault("instance ta was destroyed", true), running.get());
        }
    }

    @Test
    void isDestroyedFromItsOwnExitHandler() {
        Context context = ready(inside -> (int) inside.callHost(WRITE));
        Exit.Final last = context.run(exit -> {
            instance.close();
            return Resume.CONTINUE;
        });
        assertEquals(new Exit.Fault("instance ta was destroyed", true), last);
        assertEquals(InstanceState.DESTROYED, instance.state());
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void reportsCodeThatCannotBeStopped() throws Exception {
        var inCode = new CountDownLatch(1);
        var release = new AtomicReference<Boolean>();
        Context context = ready(inside -> {
            inCode.countDown();
            while (release.get() == null) {
                Thread.onSpinWait();
            }
            return 0;
        });
        var running = start(context, GO_ON);
        inCode.await();
        var roster = instance.contexts();

        var e = assertThrows(org.kakuri.api.KakuriException.class, () -> roster.stop(java.time.Duration.ofMillis(20)));

        assertEquals("contexts did not stop within 20 ms: [c]", e.getMessage());
        release.set(true);
        assertEquals(new Exit.Fault("instance ta was destroyed", true), running.get());
    }
}

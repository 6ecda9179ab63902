package org.kakuri.tck.internal.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Context;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.ExitHandler;
import org.kakuri.api.tee.HostRequest;
import org.kakuri.api.tee.Inside;
import org.kakuri.api.tee.InsideCode;
import org.kakuri.api.tee.InstanceState;
import org.kakuri.api.tee.Resume;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;
import org.kakuri.tck.internal.Expect;

/** Contexts, why they leave and how they end. */
final class ContextChecks {
    private static final HostRequest REQUEST = new HostRequest("tck", 17, 64);

    private ContextChecks() {}

    static List<Check<BackendSubject>> all() {
        return new Rules("contexts")
                .add("status", "A context ends with the status that its code returned.",
                        rig -> Expect.equal(new Exit.Ended(42), run(rig, Rig.NOBODY, _ -> 42), "end of the context"))
                .add("reply", "A host call reaches the handler as it was made, and its answer the code.",
                        ContextChecks::reply)
                .add("reasons", "Two contexts of one instance leave for different reasons, each to its own handler.",
                        ContextChecks::reasons)
                .add("kick", "A kick is one interrupt, at the next point where the code can be interrupted.",
                        ContextChecks::kick)
                .add("thread", "Code and handler run on the thread that called run().", ContextChecks::thread)
                .add("exception", "An exception of the code is its fault, not the host's, and the instance lives on.",
                        ContextChecks::exception)
                .add("terminate-answer", "A handler that answers Terminate ends the context, for its reason.",
                        ContextChecks::terminateAnswer)
                .add("terminate", "terminate() ends an endless loop that takes its safepoints, for its reason.",
                        rig -> terminate(rig, Loop.SAFEPOINTS))
                .add("terminate-waiting", "terminate() ends code that waits.", rig -> terminate(rig, Loop.WAITS))
                .add("run-again", "A context that has ended cannot be run again; its code ran once.",
                        ContextChecks::runAgain)
                .add("run-twice", "A context that runs cannot be run by another thread.", ContextChecks::runTwice)
                .add("inside-only", "What code inside was given is of no use to the host, nor after the end.",
                        ContextChecks::insideOnly)
                .add("parallel", "Two contexts run at the same time.", ContextChecks::parallel,
                        Capability.PARALLEL_CONTEXTS)
                .all();
    }

    private static Exit.Final run(Rig rig, ExitHandler host, InsideCode code) {
        return rig.ready(1, code).contexts().getFirst().run(host);
    }

    private static void reply(Rig rig) throws Exception {
        var seen = new ArrayList<Exit>();
        long answer = rig.inside(rig.machine(), 1, exit -> {
            seen.add(exit);
            return new Resume.Reply(-38);
        }, inside -> inside.callHost(REQUEST));
        Expect.equal(List.of(new Exit.HostCall(REQUEST)), seen, "exits");
        Expect.equal(-38L, answer, "answer");
    }

    private static void reasons(Rig rig) {
        Rig.Ready ready = rig.ready(1, inside -> {
            inside.callHost(REQUEST);
            return 1;
        }, inside -> {
            inside.safepoint();
            return 2;
        });
        List<List<Exit>> seen = List.of(new ArrayList<>(), new ArrayList<>());
        Context caller = ready.contexts().getFirst();
        Context kicked = ready.contexts().getLast();
        kicked.kick();
        Exit.Final[] ends = new Exit.Final[2];
        ends[0] = caller.run(exit -> {
            seen.getFirst().add(exit);
            ends[1] = kicked.run(inner -> {
                seen.getLast().add(inner);
                return Resume.CONTINUE;
            });
            return new Resume.Reply(0);
        });
        Expect.equal(List.of(new Exit.HostCall(REQUEST)), seen.getFirst(), "exits of the context that calls");
        Expect.that(seen.getLast().size() == 1 && seen.getLast().getFirst() instanceof Exit.Interrupt,
                "exits of the context that is kicked: %s", seen.getLast());
        Expect.equal(List.of(new Exit.Ended(1), new Exit.Ended(2)), List.of(ends), "ends of the two");
    }

    private static void kick(Rig rig) {
        var interrupts = new AtomicInteger();
        Rig.Ready ready = rig.ready(1, inside -> {
            inside.safepoint();
            int first = interrupts.get();
            inside.safepoint();
            return first;
        });
        Context context = ready.contexts().getFirst();
        context.kick();
        Exit.Final end = context.run(exit -> {
            Expect.that(exit instanceof Exit.Interrupt, "a kick is an interrupt, not %s", exit);
            interrupts.incrementAndGet();
            return Resume.CONTINUE;
        });
        Expect.equal(new Exit.Ended(1), end, "interrupts at the first safepoint");
        Expect.equal(1, interrupts.get(), "interrupts of one kick");
    }

    private static void thread(Rig rig) {
        List<Thread> threads = new ArrayList<>();
        run(rig, _ -> {
            threads.add(Thread.currentThread());
            return new Resume.Reply(0);
        }, inside -> {
            threads.add(Thread.currentThread());
            return (int) inside.callHost(REQUEST);
        });
        Thread own = Thread.currentThread();
        Expect.equal(List.of(own, own), threads, "threads of code and handler");
    }

    private static void exception(Rig rig) {
        Rig.Ready ready = rig.ready(1, _ -> {
            throw new IllegalStateException("a fault on purpose");
        }, _ -> 5);
        Exit.Final end = ready.contexts().getFirst().run(Rig.NOBODY);
        Expect.that(end instanceof Exit.Fault(String reason, boolean terminated) && !terminated
                && reason.contains("a fault on purpose"), "code that threw an exception ended with %s", end);
        Expect.equal(InstanceState.READY, ready.instance().state(), "state after a fault");
        Expect.equal(new Exit.Ended(5), ready.contexts().getLast().run(Rig.NOBODY), "end of another context");
    }

    private static void terminateAnswer(Rig rig) {
        var after = new AtomicBoolean();
        Exit.Final end = run(rig, _ -> new Resume.Terminate("enough of it"), inside -> {
            inside.callHost(REQUEST);
            after.set(true);
            return 0;
        });
        Expect.that(end instanceof Exit.Fault(String reason, boolean terminated) && terminated
                && reason.contains("enough of it"), "after the answer Terminate: %s", end);
        Expect.that(!after.get(), "the code went on after the answer Terminate");
    }

    /** Ways to go on for ever. */
    private enum Loop {
        SAFEPOINTS {
            @Override
            void turn(Inside inside) {
                inside.safepoint();
                Thread.onSpinWait();
            }
        },
        WAITS {
            @Override
            void turn(Inside inside) throws InterruptedException {
                Thread.sleep(60_000);
            }
        };

        abstract void turn(Inside inside) throws InterruptedException;
    }

    private static void terminate(Rig rig, Loop loop) throws Exception {
        var entered = new CountDownLatch(1);
        var giveUp = new AtomicBoolean();
        var end = new AtomicReference<Exit.Final>();
        Rig.Ready ready = rig.ready(1, inside -> {
            entered.countDown();
            while (!giveUp.get()) {
                loop.turn(inside);
            }
            return 0;
        });
        Context context = ready.contexts().getFirst();
        Thread runner = rig.start(() -> end.set(context.run(Rig.NOBODY)));
        try {
            entered.await();
            context.terminate("enough of it");
            runner.join();
        } finally {
            giveUp.set(true);
        }
        Expect.that(end.get() instanceof Exit.Fault(String reason, boolean terminated) && terminated
                && reason.contains("enough of it"), "a terminated context ended with %s", end.get());
    }

    private static void runAgain(Rig rig) {
        var runs = new AtomicInteger();
        Context context = rig.ready(1, _ -> runs.incrementAndGet()).contexts().getFirst();
        context.run(Rig.NOBODY);
        Expect.refused("running a context again", () -> context.run(Rig.NOBODY), WrongState.class);
        Expect.equal(1, runs.get(), "how often the code ran");
    }

    private static void runTwice(Rig rig) throws Exception {
        var contexts = new Context[1];
        var refusal = new AtomicReference<Throwable>();
        Rig.Ready ready = rig.ready(1, inside -> (int) inside.callHost(REQUEST));
        contexts[0] = ready.contexts().getFirst();
        Exit.Final end = contexts[0].run(_ -> {
            Thread other = rig.start(() -> refusal.set(Expect.thrownBy(() -> contexts[0].run(Rig.ANYBODY))));
            join(other);
            return new Resume.Reply(3);
        });
        Expect.that(refusal.get() instanceof WrongState, "running a context that runs: %s", refusal.get());
        Expect.equal(new Exit.Ended(3), end, "end of the context that ran");
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void insideOnly(Rig rig) {
        var kept = new AtomicReference<Inside>();
        var byHandler = new AtomicReference<Throwable>();
        run(rig, _ -> {
            byHandler.compareAndSet(null, Expect.thrownBy(() -> kept.get().callHost(REQUEST)));
            return new Resume.Reply(0);
        }, inside -> {
            kept.set(inside);
            return (int) inside.callHost(REQUEST);
        });
        Expect.that(byHandler.get() instanceof WrongState, "a host call made by the handler: %s", byHandler.get());
        Expect.refused("a host call after the end", () -> kept.get().callHost(REQUEST), WrongState.class);
        if (rig.has(Capability.ATTEST)) {
            Expect.refused("attesting after the end", () -> kept.get().attest(new byte[32]), WrongState.class);
        }
    }

    private static void parallel(Rig rig) throws Exception {
        var meeting = new CyclicBarrier(2);
        InsideCode code = _ -> {
            meeting.await();
            return 6;
        };
        Rig.Ready ready = rig.ready(1, code, code);
        var other = new AtomicReference<Exit.Final>();
        Thread thread = rig.start(() -> other.set(ready.contexts().getLast().run(Rig.NOBODY)));
        Expect.equal(new Exit.Ended(6), ready.contexts().getFirst().run(Rig.NOBODY), "end of the first");
        thread.join();
        Expect.equal(new Exit.Ended(6), other.get(), "end of the second");
    }
}

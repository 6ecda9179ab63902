package org.kakuri.tck.internal.backend;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Unsupported;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Context;
import org.kakuri.api.tee.ContextSpec;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.InstanceState;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;
import org.kakuri.tck.internal.Expect;

/** The life of an instance: each operation in each state, and what a careless host does. */
final class LifecycleChecks {
    private static final long ELSEWHERE = 0x40000;

    private LifecycleChecks() {}

    /** An instance with a context, in some state. */
    private record Subject(Rig rig, TeeInstance instance, Context context) {}

    @FunctionalInterface
    private interface Operation {
        void apply(Subject subject) throws Exception;
    }

    /** What an operation must lead to. */
    private enum Outcome {
        DONE, REFUSED, DONE_OR_UNSUPPORTED
    }

    private record Row(String operation, Operation apply, Outcome building, Outcome ready, Outcome destroyed,
            Capability... needs) {}

    private static final List<Row> TABLE = List.of(
            new Row("attach", s -> s.instance.attach(ELSEWHERE, Backing.of(s.rig.filled(7)), Perms.R), Outcome.DONE,
                    null, Outcome.REFUSED),
            new Row("seal", s -> s.instance.seal(), Outcome.DONE, Outcome.REFUSED, Outcome.REFUSED),
            new Row("add-context", s -> s.instance.addContext(new ContextSpec("another", _ -> 0)), Outcome.DONE,
                    Outcome.DONE_OR_UNSUPPORTED, Outcome.REFUSED),
            new Row("run", s -> s.context.run(Rig.ANYBODY), Outcome.REFUSED, Outcome.DONE, Outcome.REFUSED),
            new Row("share", s -> s.instance.share(1), Outcome.DONE, Outcome.DONE, Outcome.REFUSED,
                    Capability.SHARED_MEMORY),
            new Row("register", LifecycleChecks::register, Outcome.DONE, Outcome.DONE, Outcome.REFUSED,
                    Capability.SHARED_MEMORY));

    static List<Check<BackendSubject>> all() {
        var rules = new Rules("lifecycle");
        for (Row row : TABLE) {
            cell(rules, row, InstanceState.BUILDING, row.building);
            cell(rules, row, InstanceState.READY, row.ready);
            cell(rules, row, InstanceState.DESTROYED, row.destroyed);
        }
        return rules
                .add("states", "An instance is BUILDING when created, READY when sealed, DESTROYED when closed.",
                        LifecycleChecks::states)
                .add("identity", "No two instances of a machine have the same id, none has 0, each knows its machine.",
                        LifecycleChecks::identity)
                .add("close-again", "Closing again does nothing, also from several threads at once.",
                        LifecycleChecks::closeAgain)
                .add("close-running", "Closing stops a context that runs; its run() tells that it was terminated.",
                        LifecycleChecks::closeRunning)
                .add("attach-taken", "Attaching over what is attached is refused and changes nothing.",
                        LifecycleChecks::attachTaken)
                .add("attach-unaligned", "Addresses and sizes that are no multiple of 4096 are refused.",
                        LifecycleChecks::attachUnaligned)
                .add("attach-too-much", "More memory than the instance was created with is refused.",
                        LifecycleChecks::attachTooMuch)
                .add("unknown-option", "An option that the backend does not know is refused, by name.",
                        LifecycleChecks::unknownOption)
                .all();
    }

    private static void cell(Rules rules, Row row, InstanceState state, Outcome outcome) {
        if (outcome == null) {
            return;
        }
        String rule = "In state %s, %s %s.".formatted(state, row.operation, switch (outcome) {
        case DONE -> "works";
        case REFUSED -> "throws WrongState and changes nothing";
        case DONE_OR_UNSUPPORTED -> "works or throws Unsupported";
        });
        rules.add(state.name().toLowerCase(Locale.ROOT) + "." + row.operation, rule,
                rig -> apply(rig, row, state, outcome), row.needs);
    }

    private static void apply(Rig rig, Row row, InstanceState state, Outcome outcome) throws Exception {
        Subject subject = in(rig, state);
        String what = row.operation + " in state " + state;
        switch (outcome) {
        case DONE -> row.apply.apply(subject);
        case DONE_OR_UNSUPPORTED -> {
            Throwable thrown = Expect.thrownBy(() -> row.apply.apply(subject));
            Expect.that(thrown == null || thrown instanceof Unsupported, "%s: %s", what, thrown);
        }
        case REFUSED -> {
            Expect.refused(what, () -> row.apply.apply(subject), WrongState.class);
            Expect.equal(state, subject.instance.state(), "state after a refused " + row.operation);
        }
        }
        if (outcome == Outcome.REFUSED && state == InstanceState.BUILDING) {
            subject.instance.seal();
            Expect.equal(new Exit.Ended(0), subject.context.run(Rig.ANYBODY), "the context after a refused " + what);
        }
    }

    private static Subject in(Rig rig, InstanceState state) {
        TeeInstance instance = rig.create();
        instance.attach(Rig.BASE, Backing.of(rig.filled(1)), Perms.RW);
        Context context = instance.addContext(new ContextSpec("one", _ -> 0));
        if (state != InstanceState.BUILDING) {
            instance.seal();
        }
        if (state == InstanceState.DESTROYED) {
            rig.destroy(instance);
        }
        return new Subject(rig, instance, context);
    }

    private static void register(Subject subject) {
        try (MemFd file = MemFd.create("tck", Rig.PAGE)) {
            subject.instance.register(file.fd().number(), Rig.PAGE);
        }
    }

    private static void states(Rig rig) {
        TeeInstance instance = rig.create();
        Expect.equal(InstanceState.BUILDING, instance.state(), "state of a new instance");
        instance.attach(Rig.BASE, Backing.of(rig.filled(1)), Perms.RW);
        instance.seal();
        Expect.equal(InstanceState.READY, instance.state(), "state of a sealed instance");
        rig.destroy(instance);
        Expect.equal(InstanceState.DESTROYED, instance.state(), "state of a closed instance");
    }

    private static void identity(Rig rig) {
        var seen = new HashSet<Long>();
        for (int i = 0; i < 8; i++) {
            TeeInstance instance = rig.create();
            Expect.that(instance.id() != 0, "an instance has the host's id 0");
            Expect.that(seen.add(instance.id()), "two instances have the id %d", instance.id());
            Expect.that(instance.machine() == rig.machine(), "machine() is %s, created on %s",
                    instance.machine().name(), rig.machine().name());
        }
    }

    private static void closeAgain(Rig rig) throws Exception {
        TeeInstance instance = rig.ready(1, _ -> 0).instance();
        rig.destroy(instance);
        LedgerSnapshot before = instance.ledger().snapshot();
        List<Throwable> thrown = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(rig.start(() -> {
                Throwable failure = Expect.thrownBy(instance::close);
                if (failure != null) {
                    thrown.add(failure);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Expect.equal(List.of(), thrown, "what closing again throws");
        Expect.equal(Map.of(), instance.ledger().snapshot().since(before).counts(), "events of closing again");
        Expect.equal(InstanceState.DESTROYED, instance.state(), "state after closing again");
    }

    private static void closeRunning(Rig rig) throws Exception {
        var entered = new CountDownLatch(1);
        var end = new AtomicReference<Object>();
        Rig.Ready ready = rig.ready(1, _ -> {
            entered.countDown();
            new CountDownLatch(1).await();
            return 0;
        });
        Thread runner = rig.start(() -> {
            try {
                end.set(ready.contexts().getFirst().run(Rig.NOBODY));
            } catch (RuntimeException e) {
                end.set(e);
            }
        });
        entered.await();
        rig.destroy(ready.instance());
        runner.join();
        Expect.that(end.get() instanceof Exit.Fault(String reason, boolean terminated) && terminated
                && !reason.isBlank(), "run() of a context whose instance was closed gave %s", end.get());
    }

    private static void attachTaken(Rig rig) {
        TeeInstance instance = rig.create();
        instance.attach(Rig.BASE, Backing.of(rig.filled(1)), Perms.RW);
        Expect.refused("attaching over an attachment",
                () -> instance.attach(Rig.BASE + Rig.PAGE, Backing.of(rig.filled(2)), Perms.RW), WrongState.class);
        Expect.equal(rig.measure(rig.machine(), Rig.BASE, Backing.of(rig.filled(1)), Perms.RW), instance.seal(),
                "measurement after a refused attach");
    }

    private static void attachUnaligned(Rig rig) {
        TeeInstance instance = rig.create();
        Expect.refused("attaching at an address that is no multiple of 4096",
                () -> instance.attach(Rig.BASE + 8, Backing.of(rig.filled(1)), Perms.RW),
                IllegalArgumentException.class, KakuriException.class);
        Expect.refused("attaching a size that is no multiple of 4096",
                () -> instance.attach(Rig.BASE, Backing.of(rig.buffer(100)), Perms.RW),
                IllegalArgumentException.class, KakuriException.class);
    }

    private static void attachTooMuch(Rig rig) {
        TeeInstance instance = rig.keep(rig.backend().create(rig.machine(), Rig.spec(Rig.PAGE)));
        Expect.refused("attaching 8192 bytes to an instance created with 4096",
                () -> instance.attach(Rig.BASE, Backing.of(rig.filled(1)), Perms.RW), Unsupported.class);
    }

    private static void unknownOption(Rig rig) {
        String option = "tck.no-such-option";
        InstanceSpec plain = Rig.spec(Rig.MEMORY);
        var spec = new InstanceSpec(plain.name(), plain.identity(), plain.memoryBytes(), plain.pricing(),
                Map.of(option, "1"));
        Throwable thrown = Expect.thrownBy(() -> rig.keep(rig.backend().create(rig.machine(), spec)));
        Expect.that(thrown instanceof KakuriException && thrown.getMessage().contains(option),
                "creating with the option %s: %s", option, thrown);
    }
}

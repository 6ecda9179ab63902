package org.kakuri.tee.model.instance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Nearest;
import org.kakuri.api.Unsupported;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.AddressSpace;
import org.kakuri.api.tee.Backing;
import org.kakuri.api.tee.Context;
import org.kakuri.api.tee.ContextSpec;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.InstanceState;
import org.kakuri.api.tee.Ledger;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Perms;
import org.kakuri.api.tee.Range;
import org.kakuri.api.tee.SharedMemory;
import org.kakuri.api.tee.SpaceSpec;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.tee.model.EventRecorder;
import org.kakuri.tee.model.MachineModel;

/**
 * An instance of any backend, which says in {@link InstanceRules} what is special about its own. A backend hands it out as it
 * is.
 *
 * <pre>
 *              BUILDING   READY              QUIESCED   DESTROYED
 * attach       measured   offered, if the    refused    refused
 *                         rules allow it
 * seal         READY      refused            refused    refused
 * addContext   yes        if rules allow it  refused    refused
 * run          refused    yes                refused    refused
 * share        yes        yes                yes        refused
 * quiesce      refused    QUIESCED           refused    refused
 * resume       refused    refused            READY      refused
 * close        DESTROYED  DESTROYED          DESTROYED  nothing
 * </pre>
 */
public final class InstanceModel implements TeeInstance {
    /** How long {@link #close} waits for running contexts to stop. */
    public static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final MachineModel machine;
    private final InstanceSpec spec;
    private final InstanceRules rules;
    private final EventRecorder recorder;
    private final long id;

    /** The gate: guards what follows. */
    private final ReentrantLock gate = new ReentrantLock();
    private final Condition rested = gate.newCondition();
    private final AttachmentTable memory;
    private final Set<ContextRunner> contexts = new LinkedHashSet<>();
    private final Set<ContextRunner> running = new LinkedHashSet<>();
    private final Set<SharedArea> shares = new LinkedHashSet<>();
    private final Set<MappedSpace> spaces = new LinkedHashSet<>();
    private InstanceState state = InstanceState.BUILDING;

    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch destroyed = new CountDownLatch(1);

    /**
     * Makes an instance and lets the machine adopt it.
     *
     * @throws Unsupported if an option is not known to the rules
     * @throws WrongState if the machine is closed
     */
    public InstanceModel(MachineModel machine, InstanceSpec spec, InstanceRules rules) {
        for (String option : spec.options().keySet()) {
            if (!rules.options().contains(option)) {
                var unknown = Nearest.unknown("option of backend " + rules.backend(), option, rules.options());
                throw new Unsupported(unknown.getMessage(), unknown.remedy());
            }
        }
        this.machine = machine;
        this.spec = spec;
        this.rules = rules;
        this.recorder = machine.recorder(spec.pricing());
        this.id = machine.newIdentity();
        this.memory = new AttachmentTable(this);
        machine.adopt(this);
    }

    /** Returns what was asked for. */
    public InstanceSpec spec() {
        return spec;
    }

    /** Returns the name it was given. */
    public String name() {
        return spec.name();
    }

    /** Returns the recorder of this instance, for the backend that made it and for nobody else. */
    public EventRecorder recorder() {
        return recorder;
    }

    InstanceRules rules() {
        return rules;
    }

    /** Returns whose accesses code inside makes. */
    public Actor actor() {
        return Actor.inside(rules.securityState(), id);
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public MachineModel machine() {
        return machine;
    }

    @Override
    public InstanceState state() {
        gate.lock();
        try {
            return state;
        } finally {
            gate.unlock();
        }
    }

    @Override
    public void attach(long guestAddress, Backing backing, Perms perms) {
        gate.lock();
        try {
            require("attach", InstanceState.BUILDING, InstanceState.READY);
            boolean building = state == InstanceState.BUILDING;
            if (!building && !rules.dynamicMemory()) {
                throw rules.missing("memory that is added after sealing: guest=0x" + Long.toHexString(guestAddress),
                        "attach it before seal, or take a backend with the capability dynamic-memory");
            }
            memory.add(guestAddress, backing, perms, building);
        } finally {
            gate.unlock();
        }
    }

    @Override
    public Measurement seal() {
        gate.lock();
        try {
            require("seal", InstanceState.BUILDING);
            Measurement measurement = rules.measure(this, memory.all());
            state = InstanceState.READY;
            return measurement;
        } finally {
            gate.unlock();
        }
    }

    @Override
    public Context addContext(ContextSpec context) {
        gate.lock();
        try {
            require("addContext", InstanceState.BUILDING, InstanceState.READY);
            if (state == InstanceState.READY && !rules.contextsAfterSeal()) {
                throw rules.missing("contexts that are added after sealing: context=" + context.name(),
                        "add it before seal");
            }
            contexts.removeIf(ContextRunner::ended);
            if (contexts.size() >= rules.maxContexts()) {
                throw new Unsupported("no room for a context: instance=" + name() + ", context=" + context.name()
                        + ", limit=" + rules.maxContexts(), "let one end first");
            }
            var runner = new ContextRunner(this, rules, context);
            rules.contextAdded(runner);
            contexts.add(runner);
            return runner;
        } finally {
            gate.unlock();
        }
    }

    @Override
    public SharedMemory share(long bytes) {
        require("share");
        return shared(SharedArea.allocate(this, bytes));
    }

    @Override
    public SharedMemory register(int descriptor, long bytes) {
        require("register");
        return shared(SharedArea.of(this, descriptor, bytes));
    }

    @Override
    public Optional<Range> physical(long guestAddress) {
        return memory.physical(guestAddress);
    }

    /** Returns the attachment that wholly contains the range and is usable; empty if there is none. */
    public Optional<Attachment> attachment(Range guest) {
        return memory.containing(guest);
    }

    /** Returns what is attached, in order. */
    public List<Attachment> attachments() {
        return memory.all();
    }

    /** Makes an address space over the attachments; it goes with the instance. */
    public AddressSpace newSpace(SpaceSpec space) {
        gate.lock();
        try {
            require("newSpace", InstanceState.BUILDING, InstanceState.READY);
            var made = new MappedSpace(this, space);
            spaces.add(made);
            return made;
        } finally {
            gate.unlock();
        }
    }

    /**
     * Keeps contexts from starting.
     *
     * @throws WrongState if not READY, or if a context runs
     */
    public void quiesce() {
        gate.lock();
        try {
            require("quiesce", InstanceState.READY);
            if (!running.isEmpty()) {
                throw new WrongState("contexts run: instance=" + name() + ", contexts="
                        + running.stream().map(ContextRunner::name).toList(), "let them end or terminate them");
            }
            state = InstanceState.QUIESCED;
        } finally {
            gate.unlock();
        }
    }

    /** Lets contexts start again. */
    public void resume() {
        gate.lock();
        try {
            require("resume", InstanceState.QUIESCED);
            state = InstanceState.READY;
        } finally {
            gate.unlock();
        }
    }

    @Override
    public Optional<TeeBackend> nested() {
        return rules.nested(this);
    }

    @Override
    public Ledger ledger() {
        return recorder.ledger();
    }

    /**
     * Destroys it. Running contexts are terminated and waited for, at most {@link #STOP_LIMIT}; the one that calls is not.
     *
     * @throws KakuriException if something could not be cleaned up: after everything else was
     */
    @Override
    public void close() {
        if (closing.compareAndSet(false, true)) {
            var failures = new ArrayList<RuntimeException>();
            try {
                attempt(failures, this::stopContexts);
                destroy(failures);
            } finally {
                destroyed.countDown();
            }
            if (!failures.isEmpty()) {
                var failure = new KakuriException("instance " + name() + " was destroyed, but not cleanly: "
                        + failures.getFirst().getMessage(), "", failures.getFirst());
                failures.stream().skip(1).forEach(failure::addSuppressed);
                throw failure;
            }
        } else if (!runsHere()) {
            awaitDestroyed();
        }
    }

    private void destroy(List<RuntimeException> failures) {
        List<SharedArea> shared;
        List<MappedSpace> mapped;
        gate.lock();
        try {
            shared = List.copyOf(shares);
            mapped = List.copyOf(spaces);
        } finally {
            gate.unlock();
        }
        mapped.forEach(space -> attempt(failures, space::close));
        shared.forEach(share -> attempt(failures, share::close));
        gate.lock();
        try {
            memory.clear(failures);
            attempt(failures, () -> rules.destroyed(this));
            state = InstanceState.DESTROYED;
        } finally {
            gate.unlock();
        }
        machine.release(this);
    }

    private static void attempt(List<RuntimeException> failures, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            failures.add(e);
        }
    }

    private void stopContexts() {
        gate.lock();
        try {
            contexts.forEach(context -> context.terminate("instance " + name() + " was destroyed"));
            long left = STOP_LIMIT.toNanos();
            boolean wasInterrupted = false;
            while (left > 0 && !runningElsewhere().isEmpty()) {
                try {
                    left = rested.awaitNanos(left);
                } catch (InterruptedException e) {
                    wasInterrupted = true;
                }
            }
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
            List<String> stuck = running.stream()
                    .filter(context -> context.runsOn() != Thread.currentThread())
                    .map(context -> context.name() + " on " + context.runsOn().getName())
                    .toList();
            if (!stuck.isEmpty()) {
                throw new KakuriException("contexts did not stop within " + STOP_LIMIT.toSeconds() + " s: " + stuck,
                        "their threads go on without memory; run such code in a domain host");
            }
        } finally {
            gate.unlock();
        }
    }

    private List<String> runningElsewhere() {
        return running.stream()
                .filter(context -> context.runsOn() != Thread.currentThread())
                .map(ContextRunner::name)
                .toList();
    }

    private boolean runsHere() {
        gate.lock();
        try {
            return running.stream().anyMatch(context -> context.runsOn() == Thread.currentThread());
        } finally {
            gate.unlock();
        }
    }

    private void awaitDestroyed() {
        try {
            destroyed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private SharedMemory shared(SharedArea area) {
        try {
            rules.shared(this, area.physical(), area.registered());
        } catch (RuntimeException e) {
            area.withdraw();
            throw e;
        }
        try {
            keep(area);
        } catch (WrongState e) {
            area.close();
            throw e;
        }
        return area;
    }

    private void keep(SharedArea area) {
        gate.lock();
        try {
            require("share");
            shares.add(area);
        } finally {
            gate.unlock();
        }
    }

    void unshare(SharedArea area) {
        gate.lock();
        try {
            shares.remove(area);
        } finally {
            gate.unlock();
        }
        rules.unshared(this, area.physical(), area.registered());
    }

    void forget(MappedSpace space) {
        gate.lock();
        try {
            spaces.remove(space);
        } finally {
            gate.unlock();
        }
    }

    void accept(ContextRunner context, Range range) {
        if (!rules.dynamicMemory()) {
            throw rules.missing("memory that is accepted after sealing: range=" + range,
                    "take a backend with the capability dynamic-memory");
        }
        memory.accept(range);
    }

    void starting(ContextRunner context) {
        gate.lock();
        try {
            require("run", InstanceState.READY);
            running.add(context);
        } finally {
            gate.unlock();
        }
    }

    void finished(ContextRunner context) {
        gate.lock();
        try {
            running.remove(context);
            contexts.remove(context);
            rested.signalAll();
        } finally {
            gate.unlock();
        }
    }

    private void require(String operation, InstanceState... allowed) {
        gate.lock();
        try {
            boolean gone = closing.get() || state == InstanceState.DESTROYED;
            if (gone || allowed.length > 0 && !List.of(allowed).contains(state)) {
                throw new WrongState("instance " + name() + " refuses " + operation + ": state="
                        + (gone ? InstanceState.DESTROYED : state),
                        gone ? "create a new instance"
                                : operation + " needs " + String.join(" or ",
                                        java.util.stream.Stream.of(allowed).map(Enum::name).toList()));
            }
        } finally {
            gate.unlock();
        }
    }

    @Override
    public String toString() {
        return rules.backend() + " instance " + name();
    }
}

package org.kakuri.tee.model.instance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
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
    private final Gate gate;
    private final AttachmentTable memory;
    private final ContextRoster contexts;
    private final Set<SharedArea> shares = new LinkedHashSet<>();
    private final Set<MappedSpace> spaces = new LinkedHashSet<>();
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
        this.gate = new Gate(spec.name());
        this.memory = new AttachmentTable(this);
        this.contexts = new ContextRoster(spec.name(), gate);
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
        return gate.state();
    }

    @Override
    public void attach(long guestAddress, Backing backing, Perms perms) {
        gate.run(() -> {
            gate.require("attach", InstanceState.BUILDING, InstanceState.READY);
            boolean building = state() == InstanceState.BUILDING;
            if (!building && !rules.dynamicMemory()) {
                throw rules.missing("memory that is added after sealing: guest=0x" + Long.toHexString(guestAddress),
                        "attach it before seal, or take a backend with the capability dynamic-memory");
            }
            memory.add(guestAddress, backing, perms, building);
        });
    }

    @Override
    public Measurement seal() {
        return gate.in(() -> {
            gate.require("seal", InstanceState.BUILDING);
            Measurement measurement = rules.measure(this, memory.all());
            gate.become(InstanceState.READY);
            return measurement;
        });
    }

    @Override
    public Context addContext(ContextSpec context) {
        return gate.in(() -> {
            gate.require("addContext", InstanceState.BUILDING, InstanceState.READY);
            if (state() == InstanceState.READY && !rules.contextsAfterSeal()) {
                throw rules.missing("contexts that are added after sealing: context=" + context.name(),
                        "add it before seal");
            }
            contexts.requireRoom(context.name(), rules.maxContexts());
            var runner = new ContextRunner(this, rules, context);
            rules.contextAdded(runner);
            contexts.add(runner);
            return runner;
        });
    }

    @Override
    public SharedMemory share(long bytes) {
        gate.require("share");
        return shared(SharedArea.allocate(this, bytes));
    }

    @Override
    public SharedMemory register(int descriptor, long bytes) {
        gate.require("register");
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
        return gate.in(() -> {
            gate.require("newSpace", InstanceState.BUILDING, InstanceState.READY);
            var made = new MappedSpace(this, space);
            spaces.add(made);
            return made;
        });
    }

    /**
     * Keeps contexts from starting.
     *
     * @throws WrongState if not READY, or if a context runs
     */
    public void quiesce() {
        gate.run(() -> {
            gate.require("quiesce", InstanceState.READY);
            contexts.requireRest();
            gate.become(InstanceState.QUIESCED);
        });
    }

    /** Lets contexts start again. */
    public void resume() {
        gate.run(() -> {
            gate.require("resume", InstanceState.QUIESCED);
            gate.become(InstanceState.READY);
        });
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
        if (!gate.shut()) {
            if (!contexts.runsHere()) {
                awaitDestroyed();
            }
            return;
        }
        var failures = new ArrayList<RuntimeException>();
        try {
            attempt(failures, () -> contexts.stop(STOP_LIMIT));
            destroy(failures);
        } finally {
            destroyed.countDown();
        }
        if (!failures.isEmpty()) {
            var failure = new KakuriException("instance " + name() + " was destroyed, but not cleanly: "
                    + failures.getFirst().getMessage(), remedy(failures.getFirst()), failures.getFirst());
            failures.stream().skip(1).forEach(failure::addSuppressed);
            throw failure;
        }
    }

    private static String remedy(RuntimeException e) {
        return e instanceof KakuriException known ? known.remedy() : "";
    }

    private void destroy(List<RuntimeException> failures) {
        gate.in(() -> List.copyOf(spaces)).forEach(space -> attempt(failures, space::close));
        gate.in(() -> List.copyOf(shares)).forEach(share -> attempt(failures, share::close));
        gate.run(() -> {
            memory.clear(failures);
            attempt(failures, () -> rules.destroyed(this));
            gate.become(InstanceState.DESTROYED);
        });
        machine.release(this);
    }

    private static void attempt(List<RuntimeException> failures, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            failures.add(e);
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
            gate.run(() -> {
                gate.require("share");
                shares.add(area);
            });
        } catch (WrongState e) {
            area.close();
            throw e;
        }
        return area;
    }

    void unshare(SharedArea area) {
        gate.run(() -> shares.remove(area));
        rules.unshared(this, area.physical(), area.registered());
    }

    void forget(MappedSpace space) {
        gate.run(() -> spaces.remove(space));
    }

    void accept(Range range) {
        if (!rules.dynamicMemory()) {
            throw rules.missing("memory that is accepted after sealing: range=" + range,
                    "take a backend with the capability dynamic-memory");
        }
        memory.accept(range);
    }

    ContextRoster contexts() {
        return contexts;
    }

    @Override
    public String toString() {
        return rules.backend() + " instance " + name();
    }
}

package org.kakuri.runtime.scone.internal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.Observability;
import org.kakuri.api.Refused;
import org.kakuri.api.WrongState;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Measurement;
import org.kakuri.runtime.libos.HostedInstance;
import org.kakuri.runtime.libos.Image;
import org.kakuri.runtime.libos.Personality;
import org.kakuri.runtime.libos.PhaseClock;
import org.kakuri.runtime.libos.SessionOptions;
import org.kakuri.runtime.libos.Templates;
import org.kakuri.runtime.libos.calls.CallGroup;
import org.kakuri.runtime.libos.calls.Descriptors;
import org.kakuri.runtime.libos.image.ProgramClosure;
import org.kakuri.runtime.libos.queue.QueueSpec;
import org.kakuri.runtime.libos.trace.Supervisor.Birth;
import org.kakuri.runtime.libos.trace.TracedProcess;

/**
 * An instance for each process. A fork makes another one with the same programs in it, which proves itself to the first, and
 * gets the memory encrypted; a program that is executed gets a new one. A child by vfork borrows its parent's until it executes.
 * In mode fast instances for forks are built ahead, and destroyed by another thread. The lock protects everything; instances are built
 * and destroyed outside of it.
 */
final class SconePersonality implements Personality {
    private final BackendLease backend;
    private final SessionSpec spec;
    private final SessionOptions options;
    private final ForkHandshake handshake;
    private final QueueSpec queue;
    private final Optional<Templates> templates;
    private final Map<TracedProcess, Place> places = new HashMap<>();
    private final Map<HostedInstance, ProgramClosure> starting = new HashMap<>();
    private final List<HostedInstance> live = new ArrayList<>();
    /** Are destroyed soon. */
    private final List<HostedInstance> ending = new ArrayList<>();
    private final Optional<Spares> spares;
    private Optional<Prepared> prepared = Optional.empty();
    private ProgramClosure firstProgram;
    private Measurement first;
    private LedgerSnapshot past = LedgerSnapshot.EMPTY;
    private long copies;
    private long copiedBytes;
    private long notCopied;
    private long unattested;
    private long refused;
    private int made;

    /** Where a process is: in an instance of its own, or by vfork in its parent's. */
    private static final class Place {
        private final HostedInstance instance;
        private final ProgramClosure program;
        private final boolean own;
        private MemorySegment channel;
        private Optional<ForkHandshake.Self> self;

        Place(HostedInstance instance, ProgramClosure program, boolean own) {
            this.instance = instance;
            this.program = program;
            this.own = own;
        }

        HostedInstance instance() {
            return instance;
        }

        ProgramClosure program() {
            return program;
        }

        boolean own() {
            return own;
        }

        /** Returns whether a child was made here. */
        boolean hasForked() {
            return channel != null;
        }

        /** Returns who the instance is, which it finds out once. Used on the tracer's thread. */
        Optional<ForkHandshake.Self> self() {
            if (self == null) {
                self = instance.call(ForkHandshake::self);
            }
            return self;
        }

        /** Returns memory that the instance shares with its children; it goes with the instance. Used on the tracer's thread. */
        MemorySegment channel() {
            if (channel == null) {
                channel = instance.share(EncryptedCopy.SHARED).segment();
            }
            return channel;
        }
    }

    private record Prepared(ProgramClosure program, HostedInstance instance) {}

    SconePersonality(BackendLease backend, SessionSpec spec, SessionOptions options) {
        this(backend, spec, options, ForkHandshake.HONEST);
    }

    SconePersonality(BackendLease backend, SessionSpec spec, SessionOptions options, ForkHandshake handshake) {
        this.handshake = handshake;
        this.backend = backend;
        this.spec = spec;
        this.options = options;
        this.queue = QueueSpec.of(options);
        this.templates = options.fast() ? Optional.of(new Templates()) : Optional.empty();
        this.spares = options.fast() ? Optional.of(new Spares(spec.name())) : Optional.empty();
    }

    /** Builds the first instance before there is a process for it. */
    synchronized void prepare(ProgramClosure program, PhaseClock clock) {
        prepared = Optional.of(new Prepared(program, build(program, clock)));
    }

    private HostedInstance build(ProgramClosure program, PhaseClock clock) {
        return adopt(program, make(program, clock));
    }

    private HostedInstance make(ProgramClosure program, PhaseClock clock) {
        Image image = templates.map(kept -> kept.of(program)).orElseGet(() -> Image.of(program));
        long room = spec.memoryBytes() - image.bytes();
        long heap = options.size(SconeRuntime.HEAP, Math.clamp(room & ~4095L, 0, SconeRuntime.USUAL_HEAP));
        String name;
        synchronized (this) {
            name = spec.name() + "." + ++made;
        }
        return HostedInstance.build(backend, new HostedInstance.Spec(name, image, heap, spec.memoryBytes(),
                spec.pricing(), options.tee(), !options.fast()), clock);
    }

    private synchronized HostedInstance adopt(ProgramClosure program, HostedInstance instance) {
        live.add(instance);
        if (first == null) {
            first = instance.measurement();
            firstProgram = program;
        }
        return instance;
    }

    private HostedInstance forFork(ProgramClosure program, PhaseClock clock) {
        if (spares.isEmpty()) {
            return build(program, clock);
        }
        try (var _ = clock.in(PhaseClock.Phase.BUILD)) {
            return adopt(program, spares.get()
                    .take(program, () -> make(program, clock),
                            () -> make(program, new PhaseClock())));
        }
    }

    @Override
    public String name() {
        return SconeRuntime.RUNTIME;
    }

    @Override
    public CallStyle style() {
        return CallStyle.POLLING;
    }

    @Override
    public Optional<QueueSpec> queue() {
        return Optional.of(queue);
    }

    /** Memory, identity, signal handlers and threads are the library's; everything else is the host's. */
    @Override
    public Optional<IoIntent.Kind> route(int number, CallGroup group, Descriptors.Target target) {
        return switch (group) {
        case MEMORY, IDENTITY, SIGNAL -> Optional.empty();
        case CLOCK -> Optional.of(IoIntent.Kind.CLOCK);
        case WAIT -> number == Numbers.FUTEX ? Optional.empty() : Optional.of(IoIntent.Kind.WAIT);
        case PATH, TABLE, PROCESS -> Optional.of(IoIntent.Kind.FILE);
        case FD -> Optional.of(target == Descriptors.Target.FILE ? IoIntent.Kind.FILE : IoIntent.Kind.STREAM);
        case NET, IPC -> Optional.of(IoIntent.Kind.STREAM);
        case REFUSED -> Optional.empty();
        };
    }

    @Override
    public HostedInstance admit(ProgramClosure program, PhaseClock clock) {
        synchronized (this) {
            if (prepared.isPresent() && prepared.get().program().equals(program)) {
                HostedInstance ready = prepared.get().instance();
                prepared = Optional.empty();
                starting.put(ready, program);
                return ready;
            }
        }
        HostedInstance instance = build(program, clock);
        synchronized (this) {
            starting.put(instance, program);
        }
        return instance;
    }

    @Override
    public synchronized void begun(TracedProcess process, HostedInstance instance) {
        places.put(process, new Place(instance, starting.remove(instance), true));
    }

    @Override
    public void abandoned(HostedInstance instance) {
        synchronized (this) {
            starting.remove(instance);
            places.values().removeIf(place -> place.instance() == instance);
        }
        destroy(instance);
    }

    @Override
    public void forked(TracedProcess parent, TracedProcess child, Birth birth, PhaseClock clock) {
        Place from = place(parent);
        if (birth == Birth.VFORK) {
            put(child, new Place(from.instance(), from.program(), false));
            return;
        }
        HostedInstance instance = forFork(from.program(), clock);
        put(child, new Place(instance, from.program(), true));
        ForkHandshake.Agreed agreed;
        try (var _ = clock.in(PhaseClock.Phase.ATTEST)) {
            agreed = handshake.between(from.instance(), from.self(), instance);
        } catch (Refused e) {
            synchronized (this) {
                refused++;
            }
            throw e;
        }
        var copy = new EncryptedCopy(agreed.key(), from.channel(), instance.heap());
        EncryptedCopy.Done done = copy.of(child.pid(), clock);
        synchronized (this) {
            copies++;
            unattested += agreed.attested() ? 0 : 1;
            copiedBytes += done.copied();
            notCopied += done.left();
        }
    }

    @Override
    public void executed(TracedProcess process, ProgramClosure program, PhaseClock clock) {
        Place before = place(process);
        left(before, clock);
        HostedInstance instance = build(program, clock);
        put(process, new Place(instance, program, true));
    }

    @Override
    public void ended(TracedProcess process, PhaseClock clock) {
        Place place;
        synchronized (this) {
            place = places.remove(process);
        }
        if (place != null) {
            left(place, clock);
        }
    }

    /** Nobody is in a place any more. */
    private void left(Place place, PhaseClock clock) {
        if (!place.own()) {
            return;
        }
        if (spares.isPresent()) {
            if (place.hasForked()) {
                spares.get().forget(place.program());
            }
            synchronized (this) {
                live.remove(place.instance());
                ending.add(place.instance());
            }
            spares.get().later(() -> destroy(place.instance()));
            return;
        }
        try (var _ = clock.in(PhaseClock.Phase.DESTROY)) {
            destroy(place.instance());
        }
    }

    private synchronized Place place(TracedProcess process) {
        return places.get(process);
    }

    private synchronized void put(TracedProcess process, Place place) {
        places.put(process, place);
    }

    private void destroy(HostedInstance instance) {
        try {
            instance.close();
        } finally {
            synchronized (this) {
                if (live.remove(instance) | ending.remove(instance)) {
                    past = past.plus(instance.ledger());
                }
            }
        }
    }

    @Override
    public HostedInstance instance(TracedProcess process) {
        return place(process).instance();
    }

    @Override
    public synchronized List<HostedInstance> instances() {
        return List.copyOf(live);
    }

    @Override
    public synchronized HostedInstance attestable() {
        if (live.isEmpty()) {
            measurement();
            prepare(firstProgram, new PhaseClock());
        }
        return live.getFirst();
    }

    @Override
    public synchronized Measurement measurement() {
        if (first == null) {
            throw new WrongState("no instance was made yet: each process gets its own", "start a program first");
        }
        return first;
    }

    @Override
    public LedgerSnapshot ledger() {
        spares.ifPresent(Spares::settle);
        List<HostedInstance> all;
        LedgerSnapshot sum;
        synchronized (this) {
            all = new ArrayList<>(live);
            all.addAll(ending);
            sum = past;
        }
        for (HostedInstance instance : all) {
            sum = sum.plus(instance.ledger());
        }
        return sum;
    }

    @Override
    public synchronized Map<String, EventCount> events() {
        return Map.of(SconeRuntime.COPY, new EventCount(copies, copiedBytes, Observability.EXACT));
    }

    @Override
    public synchronized List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (notCopied > 0) {
            notes.add("%d KiB of forked processes were more than their heap and not copied; give more with --option "
                    .formatted(notCopied >> 10) + "heap=SIZE");
        }
        if (unattested > 0) {
            notes.add("%d forks were encrypted, but parent and child proved nothing to each other: backend %s has no "
                    .formatted(unattested, backend.info().name()) + "local attestation");
        }
        if (refused > 0) {
            notes.add("%d forks were refused: parent or child did not believe the other's report; the child was killed"
                    .formatted(refused));
        }
        return notes;
    }

    @Override
    public void close() {
        spares.ifPresent(Spares::close);
        for (HostedInstance instance : instances()) {
            destroy(instance);
        }
        templates.ifPresent(Templates::close);
    }
}

package org.kakuri.runtime.scone.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.Observability;
import org.kakuri.api.WrongState;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Measurement;
import org.kakuri.runtime.libos.HostedInstance;
import org.kakuri.runtime.libos.Personality;
import org.kakuri.runtime.libos.PhaseClock;
import org.kakuri.runtime.libos.SessionOptions;
import org.kakuri.runtime.libos.calls.CallGroup;
import org.kakuri.runtime.libos.calls.Descriptors;
import org.kakuri.runtime.libos.image.ProgramClosure;
import org.kakuri.runtime.libos.trace.Supervisor.Birth;
import org.kakuri.runtime.libos.trace.TracedProcess;

/**
 * An instance for each process. A fork makes another one with the same programs in it, which proves itself to the first, and
 * gets the memory encrypted; a program that is executed gets a new one. A child by vfork borrows its parent's until it executes.
 * The lock protects everything; instances are built and destroyed outside of it.
 */
final class SconePersonality implements Personality {
    private final BackendLease backend;
    private final SessionSpec spec;
    private final SessionOptions options;
    private final Map<TracedProcess, Place> places = new HashMap<>();
    private final Map<HostedInstance, ProgramClosure> starting = new HashMap<>();
    private final List<HostedInstance> live = new ArrayList<>();
    private Optional<Prepared> prepared = Optional.empty();
    private ProgramClosure firstProgram;
    private Measurement first;
    private LedgerSnapshot past = LedgerSnapshot.EMPTY;
    private long copies;
    private long copiedBytes;
    private long notCopied;
    private int made;

    private record Place(HostedInstance instance, ProgramClosure program, boolean own) {}

    private record Prepared(ProgramClosure program, HostedInstance instance) {}

    SconePersonality(BackendLease backend, SessionSpec spec, SessionOptions options) {
        this.backend = backend;
        this.spec = spec;
        this.options = options;
    }

    /** Builds the first instance before there is a process for it. */
    synchronized void prepare(ProgramClosure program, PhaseClock clock) {
        prepared = Optional.of(new Prepared(program, build(program, clock)));
    }

    private HostedInstance build(ProgramClosure program, PhaseClock clock) {
        byte[] configuration = program.configuration();
        long room = spec.memoryBytes() - program.pageBytes() - configuration.length;
        long heap = options.size(SconeRuntime.HEAP, Math.clamp(room & ~4095L, 0, SconeRuntime.USUAL_HEAP));
        String name;
        synchronized (this) {
            name = spec.name() + "." + ++made;
        }
        HostedInstance instance = HostedInstance.build(backend,
                new HostedInstance.Spec(name, program.parts(), configuration, heap,
                        spec.memoryBytes(), spec.pricing(), options.tee()),
                clock);
        synchronized (this) {
            live.add(instance);
            if (first == null) {
                first = instance.measurement();
                firstProgram = program;
            }
        }
        return instance;
    }

    @Override
    public String name() {
        return SconeRuntime.RUNTIME;
    }

    @Override
    public CallStyle style() {
        return CallStyle.POLLING;
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
        HostedInstance instance = build(from.program(), clock);
        put(child, new Place(instance, from.program(), true));
        boolean attests = backend.info().capabilities().contains(Capability.ATTEST);
        var copy = new EncryptedCopy(from.instance(), instance, attests);
        EncryptedCopy.Done done = copy.of(child.pid(), clock);
        synchronized (this) {
            copies++;
            copiedBytes += done.copied();
            notCopied += done.left();
        }
    }

    @Override
    public void executed(TracedProcess process, ProgramClosure program, PhaseClock clock) {
        Place before = place(process);
        if (before.own()) {
            try (var _ = clock.in(PhaseClock.Phase.DESTROY)) {
                destroy(before.instance());
            }
        }
        HostedInstance instance = build(program, clock);
        put(process, new Place(instance, program, true));
    }

    @Override
    public void ended(TracedProcess process, PhaseClock clock) {
        Place place;
        synchronized (this) {
            place = places.remove(process);
        }
        if (place != null && place.own()) {
            try (var _ = clock.in(PhaseClock.Phase.DESTROY)) {
                destroy(place.instance());
            }
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
                if (live.remove(instance)) {
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
        List<HostedInstance> all;
        LedgerSnapshot sum;
        synchronized (this) {
            all = List.copyOf(live);
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
        return notCopied == 0 ? List.of()
                : List.of(
                        "%d KiB of forked processes were more than their heap and not copied; give more with --option "
                                .formatted(notCopied >> 10) + "heap=SIZE");
    }

    @Override
    public void close() {
        for (HostedInstance instance : instances()) {
            destroy(instance);
        }
    }
}

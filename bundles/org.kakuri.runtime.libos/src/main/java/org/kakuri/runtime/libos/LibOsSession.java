package org.kakuri.runtime.libos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.Observability;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.GuestPlacement;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.Quiescence;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionReport;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.EventCount;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Measurement;
import org.kakuri.runtime.libos.calls.CallCounts;
import org.kakuri.runtime.libos.image.ProgramClosure;
import org.kakuri.runtime.libos.paging.GuestPaging;
import org.kakuri.runtime.libos.paging.PageCounts;
import org.kakuri.runtime.libos.queue.QueueCounts;
import org.kakuri.runtime.libos.shield.ConsoleShield;
import org.kakuri.runtime.libos.shield.Shields;
import org.kakuri.runtime.libos.trace.Tracer;

/**
 * Unmodified programs of one root file system. Each guest is a tree of processes with a tracer of its own. The lock
 * protects the table of guests and the state; tracers never hold it while they wait.
 */
public final class LibOsSession implements RuntimeSession {
    /** Event: a system call of a guest. */
    public static final String SYSTEM_CALL = "syscall";
    /** Event: a system call that went to the host without leaving the instance. */
    public static final String QUEUE_SLOT = "syscall.slot";
    /** Event: with option {@code paging=observed}, a guest touched a page that was not there. */
    public static final String PAGE_TOUCH = PageCounts.TOUCH;
    /** Event: with option {@code paging=observed}, a page that a guest touched had been evicted, and was brought back. */
    public static final String PAGE_RELOAD = PageCounts.RELOAD;
    /** Event: with option {@code shield.tls}, a connection was carried as TLS; bytes of the program's. */
    public static final String SHIELD_TLS = Shields.TLS;
    /** Event: with option {@code shield.console}, a record was sealed or opened; bytes of the program's. */
    public static final String SHIELD_CONSOLE = Shields.CONSOLE;
    private static final System.Logger LOG = System.getLogger(LibOsSession.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST_KEPT = 64;

    private final SessionSpec spec;
    private final BackendLease backend;
    private final Personality personality;
    private final SessionOptions options;
    private final SessionRoot root;
    private final ServedTrees trees;
    private final Programs programs;
    private final PhaseClock opening;
    private final Optional<PageCounts> observed;
    private final Shields shields;
    private final QueueCounts queued = new QueueCounts();
    private final Object lock = new Object();
    private final Map<Long, Running> guests = new LinkedHashMap<>();
    private final TreeMap<String, Long> pastPhases = new TreeMap<>();
    private final CallCounts pastCounts = new CallCounts();
    private long pastSlots;
    private long nextId = 1;
    private boolean closed;

    private record Running(LibOsGuest guest, CallRouter router, PhaseClock clock) {}

    /**
     * Makes one.
     *
     * @param spec how it is to run
     * @param backend where instances are made
     * @param personality what is special about the runtime; closed with the session
     * @param options the session's options
     * @param root where programs are; closed with the session
     * @param trees trees that services offer
     * @param shields what becomes of connections and of the console; closed with the session
     * @param opening has counted what it took until now
     */
    public LibOsSession(SessionSpec spec, BackendLease backend, Personality personality, SessionOptions options,
            SessionRoot root, ServedTrees trees, Shields shields, PhaseClock opening) {
        this.trees = trees;
        this.spec = spec;
        this.backend = backend;
        this.personality = personality;
        this.options = options;
        this.root = root;
        this.shields = shields;
        this.programs = new Programs(root.folder());
        this.opening = opening;
        this.observed = options.observed() ? Optional.of(new PageCounts()) : Optional.empty();
        opening.stop();
    }

    @Override
    public GuestProcess spawn(Command command) {
        synchronized (lock) {
            requireOpen();
            forgetEnded();
            LibOsGuest guest = new LibOsGuest(nextId++);
            Running running = start(guest, command);
            guests.put(guest.id(), running);
            return guest;
        }
    }

    private Running start(LibOsGuest guest, Command command) {
        var clock = new PhaseClock();
        clock.turn(PhaseClock.Phase.HARNESS);
        String program = root.program(command);
        ProgramClosure closure = programs.of(program);
        HostedInstance instance = personality.admit(closure, clock);
        GuestFiles files = null;
        Optional<ConsoleShield> console = shields.console(guest::kill);
        try {
            var out = new WaysOut(personality, backend, instance, clock);
            files = new GuestFiles(options, trees, personality.trees(), out, clock);
            return start(guest, command, program, instance, files, console, out, clock);
        } catch (RuntimeException e) {
            console.ifPresent(ConsoleShield::close);
            if (files != null) {
                files.close();
            }
            personality.abandoned(instance);
            throw e;
        }
    }

    private Running start(LibOsGuest guest, Command command, String program, HostedInstance instance, GuestFiles files,
            Optional<ConsoleShield> console, WaysOut out, PhaseClock clock) {
        try (var ready = new LaunchMaker(root, options, shields, console).ready(program, command, files.folders(),
                files.serves())) {
            Optional<GuestPaging> paging = observed.map(pages -> new GuestPaging(
                    (process, memory) -> personality.instance(process).offer(backend, memory), spec.memoryBytes(),
                    pages));
            var router = new CallRouter(personality, out, programs, clock, files.paths(), instance, paging,
                    queues(), (status, usage) -> {
                        files.save();
                        console.ifPresent(ConsoleShield::settle);
                        guest.ended(status, usage);
                    });
            var tracer = new Tracer(spec.name() + " " + guest.id(), ready.launch(), router,
                    waits(clock, files, router, console),
                    new NotifiedCalls(new ServedCalls(files.paths()), shields.network()));
            guest.runs(tracer, 0, () -> events(router));
            console.ifPresent(ConsoleShield::begin);
            guest.runs(tracer, tracer.start(), () -> events(router));
            console.ifPresent(ConsoleShield::listen);
            return new Running(guest, router, clock);
        }
    }

    private Optional<CallQueues> queues() {
        return options.fast() ? Optional.empty()
                : personality.queue().map(queue -> new CallQueues(personality, backend, queue, queued));
    }

    private static Tracer.Waits waits(PhaseClock clock, GuestFiles files, CallRouter router,
            Optional<ConsoleShield> console) {
        return new Tracer.Waits() {
            @Override
            public void waiting() {
                clock.turn(router.holds() ? PhaseClock.Phase.QUEUE : PhaseClock.Phase.GUEST);
            }

            @Override
            public void busy() {
                clock.turn(PhaseClock.Phase.HARNESS);
            }

            @Override
            public void over() {
                console.ifPresent(ConsoleShield::close);
                files.close();
                clock.stop();
            }
        };
    }

    private LedgerSnapshot events(CallRouter router) {
        return LedgerSnapshot.of(Map.of(SYSTEM_CALL, seen(router.counts().total()), QUEUE_SLOT, seen(router.slots())));
    }

    private EventCount seen(long count) {
        return new EventCount(count, 0, options.fast() ? Observability.UNOBSERVED : Observability.EXACT);
    }

    /** In mode fast nobody sees the calls, and therefore the crossings they cause: what was counted of those is a lower bound. */
    private LedgerSnapshot unseen() {
        var unseen = new TreeMap<String, EventCount>();
        if (options.fast()) {
            for (IoIntent.Kind kind : IoIntent.Kind.values()) {
                backend.cross(new IoIntent(kind, 1, personality.style()))
                        .forEach(crossing -> unseen.put(crossing.event(),
                                new EventCount(0, 0, Observability.LOWER_BOUND)));
            }
        }
        return new LedgerSnapshot(unseen);
    }

    private void forgetEnded() {
        if (guests.size() <= MOST_KEPT) {
            return;
        }
        guests.values().removeIf(running -> {
            boolean over = running.guest().hasEnded() && running.guest().joined();
            if (over) {
                past(running);
            }
            return over;
        });
    }

    private void past(Running running) {
        pastCounts.add(running.router().counts());
        pastSlots += running.router().slots();
        running.clock().nanos().forEach((phase, nanos) -> pastPhases.merge(phase, nanos, Long::sum));
    }

    private void requireOpen() {
        if (closed) {
            throw new Gone("session " + spec.name() + " was closed", "open another", false);
        }
    }

    @Override
    public GuestPlacement placement(GuestProcess process) {
        synchronized (lock) {
            Running running = guests.get(process.id());
            if (running == null) {
                throw new IllegalArgumentException("no guest of session " + spec.name() + ": id=" + process.id());
            }
            List<HostedInstance> instances = personality.instances();
            return new GuestPlacement(running.guest().pid(), instances.isEmpty() ? 0 : instances.getFirst().id(),
                    process.id(), 1);
        }
    }

    @Override
    public Measurement measurement() {
        return personality.measurement();
    }

    @Override
    public Evidence attest(byte[] nonce) {
        HostedInstance instance;
        synchronized (lock) {
            requireOpen();
            instance = personality.attestable();
        }
        return instance.attest(nonce);
    }

    @Override
    public Quiescence quiesce(Deadline deadline) {
        synchronized (lock) {
            requireOpen();
            long running = guests.values().stream().filter(guest -> !guest.guest().hasEnded()).count();
            return running == 0 ? new Quiescence.AtRest(0)
                    : new Quiescence.NotNow(
                            "%d guests run, and have state in the kernel that cannot be saved".formatted(running));
        }
    }

    @Override
    public void resume() {
        synchronized (lock) {
            requireOpen();
        }
    }

    @Override
    public LedgerSnapshot ledger() {
        LedgerSnapshot sum = personality.ledger()
                .plus(LedgerSnapshot.of(personality.events()))
                .plus(LedgerSnapshot.of(shields.events()))
                .plus(unseen());
        if (personality.queue().isPresent()) {
            sum = sum.plus(LedgerSnapshot.of(queued.events(seen(0).observability())));
        }
        if (observed.isPresent()) {
            sum = sum.plus(LedgerSnapshot.of(observed.get().events()));
        }
        synchronized (lock) {
            sum = sum.plus(
                    LedgerSnapshot.of(Map.of(SYSTEM_CALL, seen(pastCounts.total()), QUEUE_SLOT, seen(pastSlots))));
            for (Running running : guests.values()) {
                sum = sum.plus(events(running.router()));
            }
        }
        return sum;
    }

    @Override
    public SessionReport report() {
        var counts = new CallCounts();
        var phases = new TreeMap<>(opening.nanos());
        synchronized (lock) {
            counts.add(pastCounts);
            pastPhases.forEach((phase, nanos) -> phases.merge(phase, nanos, Long::sum));
            for (Running running : guests.values()) {
                counts.add(running.router().counts());
                running.clock().nanos().forEach((phase, nanos) -> phases.merge(phase, nanos, Long::sum));
            }
        }
        shields.charge(phases, PhaseClock.Phase.GUEST.word(), PhaseClock.Phase.CRYPTO.word());
        List<String> notes = new ArrayList<>(personality.notes());
        notes.addAll(shields.notes());
        personality.queue().flatMap(queued::note).ifPresent(notes::add);
        if (options.fast()) {
            notes.add(
                    "mode fast: system calls run natively and are not seen, and neither are the crossings they cause");
        }
        return new SessionReport(counts.rows(), phases, notes, 0);
    }

    @Override
    public void close() {
        List<Running> all;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            all = List.copyOf(guests.values());
        }
        Deadline deadline = Deadline.in(PATIENCE);
        for (Running running : all) {
            if (!running.guest().end(deadline)) {
                LOG.log(System.Logger.Level.ERROR, "guest {0} of session {1} does not end", running.guest().id(),
                        spec.name());
            }
        }
        shields.close();
        try {
            personality.close();
        } finally {
            root.close();
        }
    }
}

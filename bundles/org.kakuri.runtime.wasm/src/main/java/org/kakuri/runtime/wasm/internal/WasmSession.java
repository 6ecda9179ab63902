package org.kakuri.runtime.wasm.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.GuestPlacement;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.HostAccess;
import org.kakuri.api.runtime.MemoryArea;
import org.kakuri.api.runtime.Quiescence;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionReport;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.Context;
import org.kakuri.api.tee.ContextSpec;
import org.kakuri.api.tee.Evidence;
import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Measurement;
import org.kakuri.api.tee.Resume;
import org.kakuri.runtime.wasm.internal.engine.Engine;

/**
 * One module in one TEE instance. Each guest is a Wasm instance of its own, with its own linear memory in the TEE instance and
 * its own context. The lock protects the table of guests and the state; guests' threads never hold it.
 */
final class WasmSession implements RuntimeSession {
    private static final System.Logger LOG = System.getLogger(WasmSession.class.getName());
    /** How long guests that were killed may take to end. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final SessionSpec spec;
    private final Engine.Program program;
    private final SessionResources resources;
    private final Object lock = new Object();
    private final Map<Long, WasmGuest> guests = new LinkedHashMap<>();
    private final List<LedgerSpan> spans = new ArrayList<>();
    private final LongAdder refusedByEnded = new LongAdder();
    private long nextId = 1;
    private boolean closed;
    private volatile LedgerSnapshot last;

    WasmSession(SessionSpec spec, Engine.Program program, SessionResources resources) {
        this.spec = spec;
        this.program = program;
        this.resources = resources;
    }

    @Override
    public GuestProcess spawn(Command command) {
        synchronized (lock) {
            requireOpen();
            guests.values().removeIf(guest -> guest.ended() && guests.size() > 64);
            boolean alone = guests.values().stream().allMatch(WasmGuest::ended);
            if (!alone && (resources.mediator() != null || identity())) {
                throw new Refused("session %s serves one guest at a time: %s".formatted(spec.name(),
                        identity() ? "this process has one identity" : "its mediator has one call page"),
                        "let the other guest end");
            }
            WasmGuest guest = make(command, nextId, alone);
            nextId++;
            guests.put(guest.id(), guest);
            guest.start();
            return guest;
        }
    }

    private boolean identity() {
        return spec.hostCalls() instanceof SessionSpec.Local(boolean identity) && identity;
    }

    private WasmGuest make(Command command, long id, boolean alone) {
        GuestSetup setup = new GuestSetup(command, resources.instance(), resources.leaves(), resources.mediator(),
                identity());
        LinearMemories.Linear memory = null;
        try {
            memory = resources.memories().take();
            return add(command, id, alone, setup, memory);
        } catch (RuntimeException e) {
            setup.close();
            if (memory != null) {
                resources.memories().giveBack(memory);
            }
            throw e;
        }
    }

    private WasmGuest add(Command command, long id, boolean alone, GuestSetup setup, LinearMemories.Linear memory) {
        var host = new HostPart(setup.channels(), resources.memories(), memory);
        var shared = new SharedRanges(resources.instance(), memory, setup::descriptors);
        var code = new GuestCode(program, command, setup, memory, shared, resources.ceiling(), resources.clockInside(),
                host);
        String name = "wasm " + spec.name() + " " + id;
        Context context = resources.instance().addContext(new ContextSpec(name, code));
        var span = new LedgerSpan(resources.instance().ledger());
        spans.removeIf(LedgerSpan::ended);
        if (!alone) {
            span.share();
            spans.forEach(LedgerSpan::share);
        }
        spans.add(span);
        var ending = new WasmGuest.Ending() {
            @Override
            public void wake() {
                setup.wake();
            }

            @Override
            public void release() {
                refusedByEnded.add(setup.refusedReplies());
                resources.memories().share(memory, null);
                shared.close();
                setup.close();
                resources.memories().giveBack(memory);
            }
        };
        resources.memories().share(memory, shared);
        var guest = new WasmGuest(id, name, code, context, ending, span, memory.number(), host, resources.cpu());
        if (resources.mediator() != null) {
            resources.mediator().wanted(guest::wanted);
        }
        return guest;
    }

    private void requireOpen() {
        if (closed) {
            throw new Gone("session " + spec.name() + " was closed", "open another", false);
        }
    }

    @Override
    public GuestPlacement placement(GuestProcess process) {
        synchronized (lock) {
            WasmGuest guest = guests.get(process.id());
            if (guest == null) {
                throw new IllegalArgumentException("no guest of session " + spec.name() + ": id=" + process.id());
            }
            return new GuestPlacement(ProcessHandle.current().pid(), resources.instance().id(), guest.addressSpace(),
                    1);
        }
    }

    @Override
    public Measurement measurement() {
        return resources.measurement();
    }

    @Override
    public Evidence attest(byte[] nonce) {
        Context context;
        var evidence = new AtomicReference<Evidence>();
        var failure = new AtomicReference<KakuriException>();
        synchronized (lock) {
            requireOpen();
            context = resources.instance().addContext(new ContextSpec("attest " + spec.name(), inside -> {
                try {
                    evidence.set(inside.attest(nonce));
                    return 0;
                } catch (KakuriException e) {
                    failure.set(e);
                    return 1;
                }
            }));
        }
        Exit.Final end = context.run(exit -> Resume.CONTINUE);
        if (failure.get() != null) {
            throw failure.get();
        }
        if (evidence.get() == null) {
            throw new KakuriException("session %s made no evidence: %s".formatted(spec.name(), end),
                    "the nonce has at most 64 bytes");
        }
        return evidence.get();
    }

    @Override
    public Quiescence quiesce(Deadline deadline) {
        synchronized (lock) {
            requireOpen();
            long running = guests.values().stream().filter(guest -> !guest.ended()).count();
            return running == 0 ? new Quiescence.AtRest(0)
                    : new Quiescence.NotNow("%d guests run, and this module was not built to be suspended".formatted(
                            running));
        }
    }

    @Override
    public void resume() {
        synchronized (lock) {
            requireOpen();
        }
    }

    @Override
    public List<MemoryArea> memory() {
        synchronized (lock) {
            requireOpen();
            return resources.memory();
        }
    }

    @Override
    public HostAccess.Result touch(HostAccess access) {
        synchronized (lock) {
            requireOpen();
        }
        return resources.touch(access);
    }

    /** The lie of a reply ends its guest, so guests that still run were told none. */
    @Override
    public SessionReport report() {
        long mediated = resources.mediator() == null ? 0 : resources.mediator().client().refusedReplies();
        return SessionReport.ofRefused(mediated + refusedByEnded.sum());
    }

    @Override
    public LedgerSnapshot ledger() {
        LedgerSnapshot counted = last;
        return counted != null ? counted : resources.instance().ledger().snapshot();
    }

    @Override
    public void close() {
        List<WasmGuest> all;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            all = List.copyOf(guests.values());
        }
        all.forEach(guest -> guest.kill("session closed"));
        Deadline deadline = Deadline.in(PATIENCE);
        boolean ended = true;
        for (WasmGuest guest : all) {
            ended &= guest.join(deadline);
        }
        last = resources.instance().ledger().snapshot();
        if (ended) {
            resources.close();
        } else {
            LOG.log(System.Logger.Level.ERROR,
                    "session {0}: a guest does not end; its memory stays until this process does", spec.name());
        }
    }
}

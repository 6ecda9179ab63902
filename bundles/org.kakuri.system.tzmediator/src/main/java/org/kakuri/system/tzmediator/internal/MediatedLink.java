package org.kakuri.system.tzmediator.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.KakuriException;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.Descriptor;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.runtime.SessionSpec.Mediated;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallPageLayout;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.WaitPolicy;
import org.kakuri.system.tzmediator.internal.process.Channel;
import org.kakuri.system.tzmediator.internal.process.ClientProcess;
import org.kakuri.system.tzmediator.internal.process.ShadowProcess;

/**
 * A CA and a TA that co-operate through a shadow process: channel, call page, three processes, and somebody who watches them.
 * When one of them ends before it should, the others are ended too and the first one's reason is kept.
 * <pre>
 * CA --channel-- shadow --call page-- TA in its instance
 * </pre>
 */
final class MediatedLink implements AutoCloseable {
    private static final long PAGE_DATA = 256 * 1024;
    private static final long TA_MEMORY = 16L << 20;
    private static final String MEDIATOR_PID = "mediator.pid";
    private static final Duration WATCH = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final FirstCause cause = new FirstCause();
    private final List<AutoCloseable> owned = new ArrayList<>();
    private final List<Thread> watchers = new ArrayList<>();
    private volatile boolean closing;
    private ClientProcess client;
    private ShadowProcess shadow;
    private RuntimeSession session;
    private GuestProcess guest;
    private CallPage page;
    private long trustedPid;

    private MediatedLink() {}

    /** Starts everything; nothing remains if that fails. */
    static MediatedLink open(LinkSpec spec, Lease lease, TrialContext context) {
        MediatedLink link = new MediatedLink();
        try {
            link.start(spec, lease, context);
            return link;
        } catch (RuntimeException e) {
            String reason = link.cause.known() ? link.cause.await(Duration.ZERO, "") : "";
            link.close();
            throw reason.isEmpty() ? e : new KakuriException(spec.name() + ": " + reason, "", e);
        }
    }

    private void start(LinkSpec spec, Lease lease, TrialContext context) {
        MemFd memory = own(MemFd.create("call page", CallPageLayout.bytes(PAGE_DATA)));
        memory.sealSize();
        SharedMapping mapping = own(memory.map());
        page = CallPage.create(mapping.segment());
        try (Channel channel = spec.mechanism().open(spec.size())) {
            client = own(ClientProcess.start(spec.client(), channel, spec.size(), spec.plan().client()));
            shadow = own(ShadowProcess.start(memory, channel, spec.plan()));
        }
        watch("shadow of " + spec.name(), this::watchShadow);
        session = own(lease.open(new RuntimeImage(RuntimeImage.Kind.WASM, spec.module()),
                new SessionSpec("tz/ipc " + spec.name(), Placement.DOMAIN, TA_MEMORY, spec.pricing(),
                        new Mediated(new Descriptor(memory.fd().number()), memory.size(), spec.style(),
                                spec.plan().trustedWaiting(), spec.plan().trustedCpu()),
                        options(lease))));
        shadow.awaitReady(context.deadline(), context::cancelled);
        guest = session.spawn(command(spec));
        trustedPid = session.placement(guest).hostPid();
        watch("TA of " + spec.name(), this::watchGuest);
    }

    /** Lets a runtime that can do so notice a dead shadow by itself, within the wait for its answer. */
    private Map<String, String> options(Lease lease) {
        return lease.runtime().options().containsKey(MEDIATOR_PID)
                ? Map.of(MEDIATOR_PID, "" + shadow.pid())
                : Map.of();
    }

    private static Command command(LinkSpec spec) {
        List<String> argv = new ArrayList<>(List.of("ta_pingpong", "fused", "" + spec.size(),
                "" + ShadowProcess.READS, "" + ShadowProcess.WRITES));
        if (!spec.fault().equals(IpcExperiment.NO_FAULT)) {
            argv.add(spec.fault());
        }
        return new Command(argv, Map.of(),
                List.of(GuestDescriptor.mediated(ShadowProcess.READS, ShadowProcess.READS),
                        GuestDescriptor.mediated(ShadowProcess.WRITES, ShadowProcess.WRITES),
                        GuestDescriptor.mediated(ShadowProcess.ERRORS, ShadowProcess.ERRORS)),
                Map.of());
    }

    private <T extends AutoCloseable> T own(T resource) {
        owned.add(resource);
        return resource;
    }

    private void watch(String name, Runnable watching) {
        watchers.add(Thread.ofPlatform().daemon().name("watch " + name).start(watching));
    }

    /** The shadow's death is the TA's: its calls end, and it is killed. */
    private void watchShadow() {
        String end = shadow.awaitEnd();
        if (closing) {
            return;
        }
        cause.report(end);
        page.server(WaitPolicy.SLEEP_ONLY, PeerCheck.NONE).close();
        GuestProcess running = guest;
        if (running != null) {
            try {
                running.kill(end);
            } catch (KakuriException alreadyGone) {
                return;
            }
        }
    }

    /** The TA's death is the shadow's, so that the CA sees the end of the stream. */
    private void watchGuest() {
        try {
            Optional<GuestExit> exit = Optional.empty();
            while (exit.isEmpty() && !closing) {
                exit = guest.waitFor(Deadline.in(WATCH));
            }
            exit.filter(e -> !closing)
                    .ifPresent(e -> cause.report("TA ended before its CA: " + text(e) + shadow.said()));
        } catch (Gone e) {
            cause.report("TA is gone: " + e.getMessage());
        } catch (RuntimeException e) {
            cause.report("TA cannot be watched any more: " + e);
        }
        shadow.end();
    }

    private static String text(GuestExit exit) {
        return exit.status().isPresent() ? "it exited with status " + exit.status().getAsInt() : exit.reason();
    }

    /** Returns the client. */
    ClientProcess client() {
        return client;
    }

    /** Returns the shadow process. */
    ShadowProcess shadow() {
        return shadow;
    }

    /** Returns the process that executes the TA. */
    long trustedPid() {
        return trustedPid;
    }

    /** Returns the architectural events so far. */
    LedgerSnapshot ledger() {
        return session.ledger();
    }

    /** Returns why the link broke; the given reason if nobody knows a better one. */
    String reason(String otherwise) {
        return cause.await(PATIENCE, otherwise);
    }

    /** Ends the TA, which does not answer. */
    void giveUp(String reason) {
        cause.report(reason);
        guest.kill(reason);
    }

    /** Ends the CA, gives the TA time to see the end of its stream, and takes everything down. */
    @Override
    public void close() {
        boolean well = !cause.known();
        closing = true;
        List<RuntimeException> failures = new ArrayList<>();
        if (client != null) {
            attempt(client::close, failures);
        }
        if (well && guest != null) {
            attempt(() -> guest.waitFor(Deadline.in(PATIENCE)), failures);
        }
        for (AutoCloseable resource : owned.reversed()) {
            if (resource instanceof SharedMapping) {
                join(failures);
            }
            attempt(resource::close, failures);
        }
        owned.clear();
        if (!failures.isEmpty()) {
            RuntimeException first = failures.removeFirst();
            failures.forEach(first::addSuppressed);
            throw first;
        }
    }

    /** The page may go only when nobody looks at it any more. */
    private void join(List<RuntimeException> failures) {
        for (Thread watcher : watchers) {
            try {
                if (!watcher.join(WATCH.plus(PATIENCE))) {
                    failures.add(new IllegalStateException(watcher.getName() + " does not end"));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void attempt(Closing step, List<RuntimeException> failures) {
        try {
            step.run();
        } catch (RuntimeException e) {
            failures.add(e);
        } catch (Exception e) {
            failures.add(new IllegalStateException(e));
        }
    }

    @FunctionalInterface
    private interface Closing {
        void run() throws Exception;
    }
}

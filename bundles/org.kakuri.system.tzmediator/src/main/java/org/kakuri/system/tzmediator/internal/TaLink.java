package org.kakuri.system.tzmediator.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.KakuriException;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.system.tzmediator.internal.process.ClientProcess;
import org.kakuri.system.tzmediator.shadow.ShadowCounters;

/**
 * A CA and a TA that co-operate through a shadow process, and somebody who watches them. When one of the processes ends
 * before it should, the others are ended too and the first one's reason is kept.
 */
public abstract class TaLink implements AutoCloseable {
    static final long TA_MEMORY = 16L << 20;
    static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration WATCH = Duration.ofSeconds(5);

    private final FirstCause cause = new FirstCause();
    private final List<AutoCloseable> owned = new ArrayList<>();
    private final List<Thread> watchers = new ArrayList<>();
    private volatile boolean closing;
    private ClientProcess client;
    private RuntimeSession session;
    private volatile GuestProcess guest;
    private long trustedPid;
    private OptionalInt pollingCpu = OptionalInt.empty();

    /** Starts everything; nothing remains if that fails. */
    final <T extends TaLink> T started(T self, LinkSpec spec, Lease lease, TrialContext context) {
        try {
            start(spec, lease, context);
            return self;
        } catch (RuntimeException e) {
            String reason = cause.known() ? cause.await(Duration.ZERO, "") : "";
            close();
            throw reason.isEmpty() ? e : new KakuriException(spec.name() + ": " + reason, "", e);
        }
    }

    /** Starts the processes, the TA last. */
    abstract void start(LinkSpec spec, Lease lease, TrialContext context);

    /** Returns the process that is the TA's POSIX identity. */
    abstract long shadowPid();

    /** Returns what the shadow process counted so far. */
    abstract ShadowCounters counters(Deadline deadline);

    /** Returns what the TA and its shadow wrote to standard error, as a quotation. */
    abstract String said();

    /** Called when the TA ended by itself: lets the CA see the end of the stream. */
    abstract void taEnded();

    final <T extends AutoCloseable> T own(T resource) {
        owned.add(resource);
        return resource;
    }

    final void client(ClientProcess started) {
        client = own(started);
    }

    final void session(RuntimeSession opened) {
        session = own(opened);
    }

    /** Starts the TA and watches it. */
    final void spawn(LinkSpec spec, List<GuestDescriptor> descriptors) {
        pollingCpu = spec.style() == CallStyle.POLLING && spec.plan().trustedCpu().isPresent()
                ? OptionalInt.of(spec.plan().trustedCpu().get())
                : OptionalInt.empty();
        spec.trusted().before().accept(session);
        guest = session.spawn(new Command(spec.trusted().argv(), Map.of(), descriptors, Map.of()));
        trustedPid = session.placement(guest).hostPid();
        watch("TA of " + spec.name(), this::watchGuest);
    }

    final void watch(String name, Runnable watching) {
        watchers.add(Thread.ofPlatform().daemon().name("watch " + name).start(watching));
    }

    final boolean closing() {
        return closing;
    }

    final void report(String reason) {
        cause.report(reason);
    }

    /** Kills the TA if there is one. */
    final void kill(String reason) {
        GuestProcess running = guest;
        if (running != null) {
            try {
                running.kill(reason);
            } catch (KakuriException alreadyGone) {
                return;
            }
        }
    }

    private void watchGuest() {
        try {
            Optional<GuestExit> exit = Optional.empty();
            while (exit.isEmpty() && !closing) {
                exit = guest.waitFor(Deadline.in(WATCH));
            }
            exit.filter(e -> !closing).ifPresent(e -> cause.report("TA ended before its CA: " + text(e) + said()));
        } catch (Gone e) {
            cause.report("TA is gone: " + e.getMessage());
        } catch (RuntimeException e) {
            cause.report("TA cannot be watched any more: " + e);
        }
        taEnded();
    }

    private static String text(GuestExit exit) {
        return exit.status().isPresent() ? "it exited with status " + exit.status().getAsInt() : exit.reason();
    }

    /** Returns the client. */
    public final ClientProcess client() {
        return client;
    }

    /** Returns the process that executes the TA. */
    final long trustedPid() {
        return trustedPid;
    }

    /** Returns the CPU that a polling TA stays on. */
    final OptionalInt pollingCpu() {
        return pollingCpu;
    }

    /** Returns the architectural events so far. */
    public final LedgerSnapshot ledger() {
        return session.ledger();
    }

    /** Returns why the link broke; the given reason if nobody knows a better one. */
    public final String reason(String otherwise) {
        return cause.await(PATIENCE, otherwise);
    }

    /** Ends the TA, which does not answer. */
    public final void giveUp(String reason) {
        cause.report(reason);
        guest.kill(reason);
    }

    /** Ends the CA, gives the TA time to see the end of its stream, and takes everything down. */
    @Override
    public final void close() {
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
        join(failures);
        if (!failures.isEmpty()) {
            RuntimeException first = failures.removeFirst();
            failures.forEach(first::addSuppressed);
            throw first;
        }
    }

    /** No watcher outlives its link; and the page, where there is one, may go only when nobody looks at it any more. */
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
        watchers.clear();
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

package org.kakuri.runtime.libos;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.ResourceUsage;
import org.kakuri.platform.linux.Signals;
import org.kakuri.runtime.libos.trace.Tracer;

/** A tree of processes; it has ended when the first of them has, as a container. */
final class LibOsGuest implements GuestProcess {
    private final long id;
    private final CompletableFuture<GuestExit> exit = new CompletableFuture<>();
    private volatile String killed;
    private volatile Tracer tracer;
    private volatile int pid;
    private Supplier<LedgerSnapshot> events = () -> LedgerSnapshot.EMPTY;

    LibOsGuest(long id) {
        this.id = id;
    }

    /** The tree runs. */
    void runs(Tracer by, int root, Supplier<LedgerSnapshot> ledger) {
        events = ledger;
        pid = root;
        tracer = by;
    }

    /** The first process has ended. */
    void ended(ExitStatus status, ResourceUsage usage) {
        long cpu = usage.userNanos() + usage.systemNanos();
        exit.complete(switch (status) {
        case ExitStatus.Exited exited -> new GuestExit(OptionalInt.of(exited.code()), "", cpu, 0);
        case ExitStatus.Killed by -> new GuestExit(OptionalInt.empty(),
                killed == null || by.signal() != Signals.SIGKILL ? "signal " + Signals.name(by.signal())
                        : "killed: " + killed,
                cpu, 0);
        });
    }

    @Override
    public long id() {
        return id;
    }

    int pid() {
        return pid;
    }

    /** Returns whether nothing is left of the tree. */
    boolean joined() {
        return tracer.join(java.time.Duration.ZERO);
    }

    boolean hasEnded() {
        return exit.isDone();
    }

    @Override
    public Optional<GuestExit> waitFor(Deadline deadline) {
        try {
            return Optional.of(exit.get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KakuriException("interrupted while waiting for guest " + id, "");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void kill(String reason) {
        if (!exit.isDone()) {
            killed = killed == null ? reason : killed;
            tracer.kill();
        }
    }

    /** Ends what is left of the tree and waits for it; false if it does not end. */
    boolean end(Deadline deadline) {
        kill("session closed");
        tracer.kill();
        return tracer.join(deadline.remaining());
    }

    @Override
    public LedgerSnapshot ledger() {
        return events.get();
    }
}

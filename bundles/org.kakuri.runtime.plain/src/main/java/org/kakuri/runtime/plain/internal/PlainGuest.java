package org.kakuri.runtime.plain.internal;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import org.kakuri.api.Deadline;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.platform.linux.ChildProcess;
import org.kakuri.platform.linux.ExitStatus;
import org.kakuri.platform.linux.ResourceUsage;
import org.kakuri.platform.linux.Signals;

/** One process. */
final class PlainGuest implements GuestProcess {
    /** ru_maxrss of a process that was spawned from a JVM is at least the JVM's: execve(2) keeps the old maximum. */
    private static final long PEAK_UNKNOWN = 0;

    private final long id;
    private final ChildProcess child;
    private final AtomicReference<String> killed = new AtomicReference<>();

    PlainGuest(long id, ChildProcess child) {
        this.id = id;
        this.child = child;
    }

    @Override
    public long id() {
        return id;
    }

    int pid() {
        return child.pid();
    }

    @Override
    public Optional<GuestExit> waitFor(Deadline deadline) {
        Optional<ExitStatus> status = child.waitFor(deadline.remaining());
        status.ifPresent(_ -> child.close());
        return status.map(this::describe);
    }

    private GuestExit describe(ExitStatus status) {
        ResourceUsage usage = child.usage().orElseThrow();
        long cpu = usage.userNanos() + usage.systemNanos();
        return switch (status) {
        case ExitStatus.Exited exited -> new GuestExit(OptionalInt.of(exited.code()), "", cpu, PEAK_UNKNOWN);
        case ExitStatus.Killed signalled -> {
            String by = Signals.name(signalled.signal());
            String reason = killed.get();
            yield new GuestExit(OptionalInt.empty(),
                    reason == null || signalled.signal() != Signals.SIGKILL ? "signal " + by : "killed: " + reason, cpu,
                    PEAK_UNKNOWN);
        }
        };
    }

    @Override
    public void kill(String reason) {
        killed.compareAndSet(null, reason);
        if (!child.signalGroup(Signals.SIGKILL)) {
            child.signal(Signals.SIGKILL);
        }
    }

    /** Ends it, if it still runs, and what it started; releases what is held for it. */
    void end() {
        killed.compareAndSet(null, "session closed");
        child.close();
    }

    @Override
    public LedgerSnapshot ledger() {
        return PlainSession.UNSEEN;
    }
}

package org.kakuri.engine.internal.guest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.platform.linux.Fd;

/** A lease with one session, in which guests run one after the other. Closed from any thread. */
final class Seat implements AutoCloseable {
    private static final Duration ENDING = Duration.ofSeconds(5);

    private final Lease lease;
    private final RuntimeSession session;

    private Seat(Lease lease, RuntimeSession session) {
        this.lease = lease;
        this.session = session;
    }

    /** Takes a lease and opens a session; nothing remains if that fails. */
    static Seat open(Workbench workbench, String backend, String runtime, RuntimeImage image, Workload workload,
            Deadline deadline) {
        Lease lease = workbench.lease(Selector.of(backend, runtime), deadline);
        try {
            long memory = Math.min(workload.memory(), lease.runtime().memoryLimit());
            SessionSpec spec = SessionSpec.inline(workload.info().id(), memory).at(workload.placement());
            return new Seat(lease, lease.open(image, spec));
        } catch (RuntimeException failed) {
            lease.close();
            throw failed;
        }
    }

    /** Returns what the pair stands for. */
    String meaning() {
        return lease.cell().meaning();
    }

    /** Returns the architectural events so far. */
    LedgerSnapshot ledger() {
        return session.ledger();
    }

    /**
     * Runs a guest to its end.
     *
     * @throws KakuriException if it does not end in time, writes too much or ends badly
     */
    Finished run(Workload workload, List<String> argv, Map<String, String> env, Map<String, Path> folders,
            Input.Prepared input, Deadline trial) {
        String name = argv.getFirst();
        try (var output = new Output(workload.outputLimit()); Fd in = input.open()) {
            List<GuestDescriptor> descriptors = new ArrayList<>(output.descriptors());
            descriptors.add(GuestDescriptor.passed(0, in.number()));
            var command = new Command(argv, env, descriptors, folders);
            long from = System.nanoTime();
            GuestProcess guest = session.spawn(command);
            output.from(guest);
            Duration limit = min(workload.timeout(), trial.remaining());
            Optional<GuestExit> exit = guest.waitFor(Deadline.in(limit));
            long wall = System.nanoTime() - from;
            if (exit.isEmpty()) {
                guest.kill("its time is over");
                guest.waitFor(Deadline.in(ENDING));
                throw new KakuriException(name + " ran longer than " + limit.toMillis() / 1000.0 + " s and was ended",
                        "let it do less, or raise timeout");
            }
            output.finish();
            output.excess().ifPresent(excess -> {
                throw new KakuriException(name + " " + excess, "let it write less, or raise output-limit");
            });
            var finished = new Finished(wall, exit.get(), output.stdout(), output.stderr());
            if (exit.get().status().stream().noneMatch(workload.statuses()::contains)) {
                throw failed(workload, name, finished);
            }
            return finished;
        }
    }

    private static KakuriException failed(Workload workload, String name, Finished run) {
        GuestExit exit = run.exit();
        String wrote = run.stderr().isBlank() ? "" : "it wrote to stderr: " + Finished.excerpt(run.stderr());
        if (exit.status().isEmpty()) {
            return new KakuriException(name + " did not exit: " + exit.reason(), wrote);
        }
        String wanted = workload.statuses().stream().sorted().map(String::valueOf).collect(Collectors.joining(" or "));
        return new KakuriException("%s exited with status %d instead of %s".formatted(name, exit.status().getAsInt(),
                wanted), wrote);
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    @Override
    public void close() {
        try {
            session.close();
        } finally {
            lease.close();
        }
    }
}

package org.kakuri.system.runtimes.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.GuestProcess;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.SessionReport;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.api.tee.Pricing;

/**
 * Runs one program of this machine, again and again, on a pair of backend and runtime.
 *
 * @param lease the pair
 * @param program what is run; executed as it lies on this machine
 * @param memory most memory of a session, in bytes
 * @param options options of the runtime
 * @param deadline when the trial is given up
 */
record Guests(Lease lease, Path program, long memory, Map<String, String> options,
        Deadline deadline) implements AutoCloseable {
    private static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C");
    private static final int LEASE_SECONDS = 10;

    /**
     * What one run did.
     *
     * @param nanos wall clock in ns
     * @param events of its session
     * @param report of its session
     */
    record Ran(long nanos, LedgerSnapshot events, SessionReport report) {}

    static Guests on(TrialContext context, String backend, String runtime, String program, long memory,
            Map<String, String> options) {
        Lease lease = context.workbench()
                .lease(new Selector(Optional.of(backend), Optional.of(runtime), java.util.Set.of(),
                        Selector.DEFAULT_HOST), Deadline.inSeconds(LEASE_SECONDS));
        return new Guests(lease, Path.of(program), memory, Map.copyOf(options), context.deadline());
    }

    RuntimeSession open() {
        return lease.open(new RuntimeImage(RuntimeImage.Kind.PROGRAM, program),
                new SessionSpec("rt", Placement.INLINE, memory, Pricing.NONE, new SessionSpec.Local(), options));
    }

    /** Opens a session, runs the program in it to its end, and closes it outside of the time that counts. */
    Ran whole(String... arguments) {
        long begin = System.nanoTime();
        try (RuntimeSession session = open()) {
            once(session, arguments);
            long nanos = System.nanoTime() - begin;
            return new Ran(nanos, session.ledger(), session.report());
        }
    }

    /** Runs the program in a session and returns how long it took, in ns. */
    long once(RuntimeSession session, String... arguments) {
        List<String> argv = new java.util.ArrayList<>(List.of(program.toString()));
        argv.addAll(List.of(arguments));
        long begin = System.nanoTime();
        GuestProcess guest = session.spawn(new Command(argv, ENVIRONMENT, List.of(), Map.of()));
        GuestExit exit = guest.waitFor(deadline).orElseGet(() -> {
            guest.kill("the trial's time is over");
            throw new KakuriException("%s does not end in time".formatted(program), "");
        });
        long nanos = System.nanoTime() - begin;
        if (!exit.success()) {
            throw new KakuriException("%s ended with %s".formatted(argv, exit), "run it by rt:run");
        }
        return nanos;
    }

    @Override
    public void close() {
        lease.close();
    }
}

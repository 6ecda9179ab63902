package org.kakuri.comparison;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kakuri.api.Deadline;
import org.kakuri.api.KakuriException;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.Command.GuestDescriptor;
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
import org.kakuri.platform.linux.MemFd;

/**
 * Runs one program of this machine, again and again, on a pair of backend and runtime.
 *
 * @param lease the pair
 * @param task what is run
 * @param memory most memory of a session, in bytes
 * @param options options of the runtime
 * @param deadline when the trial is given up
 */
public record Guests(Lease lease, Task task, long memory, Map<String, String> options,
        Deadline deadline) implements AutoCloseable {
    private static final int LEASE_SECONDS = 10;

    /** Copies the options. */
    public Guests {
        options = Map.copyOf(options);
    }

    /**
     * What one run did.
     *
     * @param nanos wall clock in ns
     * @param events of its session
     * @param report of its session
     */
    public record Ran(long nanos, LedgerSnapshot events, SessionReport report) {}

    static Guests on(TrialContext context, String backend, String runtime, Task task, long memory,
            Map<String, String> options) {
        Lease lease = context.workbench()
                .lease(new Selector(Optional.of(backend), Optional.of(runtime), Set.of(), Selector.DEFAULT_HOST),
                        Deadline.inSeconds(LEASE_SECONDS));
        var all = new HashMap<>(options);
        all.putAll(task.options());
        return new Guests(lease, task, memory, all, context.deadline());
    }

    /** Opens a session. */
    public RuntimeSession open() {
        return lease.open(new RuntimeImage(RuntimeImage.Kind.PROGRAM, task.program()),
                new SessionSpec("rt", Placement.INLINE, memory, Pricing.NONE, new SessionSpec.Local(), options));
    }

    /** Opens a session, runs the program in it to its end, and closes it outside of the time that counts. */
    public Ran whole() {
        long begin = System.nanoTime();
        try (RuntimeSession session = open()) {
            once(session);
            long nanos = System.nanoTime() - begin;
            return new Ran(nanos, session.ledger(), session.report());
        }
    }

    /**
     * Runs the program in a session and returns how long it took, in ns.
     *
     * @throws KakuriException if it fails, or what it wrote is wrong
     */
    public long once(RuntimeSession session) {
        if (task.check().isEmpty()) {
            return once(session, List.of());
        }
        try (MemFd out = MemFd.create("output", 0)) {
            long nanos = once(session, List.of(GuestDescriptor.passed(1, out.fd().number())));
            String text = Files.readString(Path.of("/proc/self/fd/" + out.fd().number()),
                    StandardCharsets.ISO_8859_1);
            Optional<String> wrong = task.check().get().apply(text);
            if (wrong.isPresent()) {
                throw new KakuriException("%s wrote what it should not: %s".formatted(task.program(), wrong.get()),
                        "run it by rt:run");
            }
            return nanos;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long once(RuntimeSession session, List<GuestDescriptor> descriptors) {
        List<String> argv = new ArrayList<>(List.of(task.program().toString()));
        argv.addAll(task.arguments());
        long begin = System.nanoTime();
        GuestProcess guest = session.spawn(new Command(argv, task.environment(), descriptors, Map.of()));
        GuestExit exit = guest.waitFor(deadline).orElseGet(() -> {
            guest.kill("the trial's time is over");
            throw new KakuriException("%s does not end in time".formatted(task.program()), "");
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

package org.kakuri.itest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.GuestExit;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.runtime.Workbench;

/** Callers that run guests one after the other until told to stop, and count what became of each. */
final class Load implements AutoCloseable {
    private static final Command COMMAND = new Command(List.of("guest"), Map.of(), List.of(), Map.of());
    private static final long MEMORY = 1 << 20;

    private final Workbench workbench;
    private final Selector selector;
    private final RuntimeImage image;
    private final List<Thread> callers = new ArrayList<>();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger repeated = new AtomicInteger();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean stop;

    Load(Workbench workbench, Selector selector, RuntimeImage image, int callers) {
        this.workbench = workbench;
        this.selector = selector;
        this.image = image;
        for (int i = 0; i < callers; i++) {
            this.callers.add(Thread.ofPlatform().name("caller-" + i).start(this::calls));
        }
    }

    private void calls() {
        while (!stop) {
            try {
                callOnce();
                done.incrementAndGet();
            } catch (Gone e) {
                if (e.mayHaveExecuted()) {
                    failures.add(e);
                } else {
                    repeated.incrementAndGet();
                }
            } catch (RuntimeException | AssertionError e) {
                failures.add(e);
            }
        }
    }

    private void callOnce() {
        try (Lease lease = workbench.lease(selector, Deadline.in(Duration.ofSeconds(10)));
                RuntimeSession session = lease.open(image, SessionSpec.inline("load", MEMORY))) {
            GuestExit exit = session.spawn(COMMAND)
                    .waitFor(Deadline.inSeconds(30))
                    .orElseThrow(() -> new AssertionError("a guest does not end"));
            if (!exit.success()) {
                throw new AssertionError("a guest was lost: " + exit);
            }
        }
    }

    int done() {
        return done.get();
    }

    List<Throwable> failures() {
        return List.copyOf(failures);
    }

    /** Waits until so many more calls were made. */
    void awaitCalls(int more) throws InterruptedException {
        int target = done.get() + more;
        Frameworks.await(more + " more calls; failures so far: " + failures, () -> done.get() >= target);
    }

    @Override
    public void close() {
        stop = true;
        boolean interrupted = false;
        for (Thread caller : callers) {
            try {
                caller.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

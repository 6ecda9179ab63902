package org.kakuri.system.tzmediator.internal.ta;

import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.kakuri.api.Deadline;
import org.kakuri.api.Gone;
import org.kakuri.api.KakuriException;
import org.kakuri.api.UsageError;
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
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.Pricing;
import org.kakuri.platform.linux.MemFd;
import org.kakuri.platform.linux.PollSet;
import org.kakuri.platform.linux.ReleasedTask;
import org.kakuri.platform.linux.SharedMapping;
import org.kakuri.platform.linux.WakeFd;
import org.kakuri.platform.linux.ring.CallPage;
import org.kakuri.platform.linux.ring.CallPageLayout;
import org.kakuri.platform.linux.ring.PeerCheck;
import org.kakuri.platform.linux.ring.WaitPolicy;
import org.kakuri.system.tzmediator.shadow.Frame;
import org.kakuri.system.tzmediator.shadow.Launch;

/**
 * One TA from the request of its shadow to the end of both: a place in the secure world, the guest there. Runs on one
 * thread of its own; a second one watches the guest.
 */
final class TaRun implements AutoCloseable {
    private static final Duration READY = Duration.ofSeconds(30);
    private static final Duration WATCH = Duration.ofSeconds(5);

    private final ShadowSide shadow;
    private final TaRegistry registry;
    private final PreparedWorlds worlds;
    private final WakeFd wake = WakeFd.create();
    private final CompletableFuture<TaEnd> ended = new CompletableFuture<>();
    private volatile RunningTa shown;
    private volatile Optional<RunningTa> betrayed = Optional.empty();
    private World world;
    private Thread watcher;

    TaRun(ShadowSide shadow, TaRegistry registry, PreparedWorlds worlds) {
        this.shadow = shadow;
        this.registry = registry;
        this.worlds = worlds;
    }

    /** Serves the request; returns when nothing of the TA is left but perhaps a shadow that is stopped. */
    void run(Launch launch) {
        Optional<TaEnd> how;
        try {
            how = start(launch);
        } catch (UsageError e) {
            how = Optional.of(TaEnd.notFound(line(e)));
        } catch (KakuriException e) {
            how = Optional.of(TaEnd.notStarted(line(e)));
        } catch (RuntimeException e) {
            how = Optional.of(TaEnd.notStarted("cannot start TA %s: %s".formatted(launch.name(), e)));
        }
        how.ifPresent(shadow::end);
    }

    private static String line(KakuriException e) {
        return e.remedy().isEmpty() ? e.getMessage() : e.getMessage() + "; " + e.remedy();
    }

    /** Returns how the TA ended; empty if its shadow went first. */
    private Optional<TaEnd> start(Launch launch) {
        TaSpec spec = registry.find(launch.name(), Path.of(launch.directory()));
        world = worlds.take(spec);
        shadow.serve(world.file(), spec.style().shadow(), launch.signals());
        RuntimeSession session = world.session();
        Optional<List<Integer>> numbers = shadow.awaitReady(launch, Deadline.in(READY));
        if (numbers.isEmpty()) {
            return Optional.empty();
        }
        GuestProcess guest = session.spawn(command(spec, launch, numbers.get()));
        shown = new RunningTa(spec.name(), shadow.pid(), shadow.client(), session.placement(guest).hostPid(),
                session.placement(guest).instance(), world.lease().backend().name(), world.lease().runtime().name(),
                spec.style().text(), shadow.mode(), 0, 0, RunningTa.RUNS);
        watcher = new Thread(new ReleasedTask(() -> watch(spec.name(), guest)), "TA " + spec.name());
        watcher.setDaemon(true);
        watcher.start();
        worlds.refill(spec);
        return await(guest);
    }

    private Command command(TaSpec spec, Launch launch, List<Integer> numbers) {
        List<GuestDescriptor> descriptors = new ArrayList<>();
        for (int i = 0; i < numbers.size(); i++) {
            descriptors.add(GuestDescriptor.mediated(launch.descriptors().get(i), numbers.get(i)));
        }
        return new Command(launch.argv(), launch.env(), descriptors, spec.folders(),
                new Descriptor(shadow.process().fd().number()));
    }

    private void watch(String name, GuestProcess guest) {
        TaEnd how;
        try {
            Optional<GuestExit> exit = Optional.empty();
            while (exit.isEmpty()) {
                exit = guest.waitFor(Deadline.in(WATCH));
            }
            how = TaEnd.of(name, exit.get());
            lookForLies(exit.get().reason());
        } catch (Gone e) {
            how = TaEnd.killed("TA %s: the secure world is gone: %s".formatted(name, e.getMessage()));
        } catch (RuntimeException e) {
            how = TaEnd.killed("TA %s cannot be watched any more: %s".formatted(name, e));
        }
        ended.complete(how);
        wake.wake();
    }

    private void lookForLies(String reason) {
        long replies;
        try {
            replies = world.session().report().refusedReplies();
        } catch (KakuriException goneMeanwhile) {
            return;
        }
        if (replies > 0) {
            betrayed = shown().map(ta -> ta.ended(replies, reason));
            shown = betrayed.orElse(shown);
        }
    }

    /** Returns it if its shadow lied to it. After its end. */
    Optional<RunningTa> betrayed() {
        return betrayed;
    }

    /** Waits for the TA or its shadow to end, and ends the TA in the second case. */
    private Optional<TaEnd> await(GuestProcess guest) {
        PollSet set = new PollSet(3);
        shadow.watch(set);
        set.add(wake.fd(), PollSet.IN);
        while (true) {
            set.poll(-1);
            if (ended.isDone()) {
                return Optional.of(ended.join());
            }
            if (shadow.gone(set)) {
                endGuest(guest, "its shadow process " + shadow.pid() + " ended");
                return Optional.empty();
            }
        }
    }

    private void endGuest(GuestProcess guest, String reason) {
        world.page().server(WaitPolicy.SLEEP_ONLY, PeerCheck.NONE).close();
        try {
            guest.kill(reason);
        } catch (KakuriException alreadyGone) {
            return;
        }
    }

    /** Returns it as lists show it; empty before it runs. */
    Optional<RunningTa> shown() {
        RunningTa now = shown;
        return Optional.ofNullable(now).map(ta -> ta.with(calls()));
    }

    /** Requests posted so far: the sequence number counts them. */
    private long calls() {
        try {
            return Integer.toUnsignedLong(world.memory().segment().get(ValueLayout.JAVA_INT, CallPageLayout.REQUEST));
        } catch (IllegalStateException unmapped) {
            return 0;
        }
    }

    /** Ends TA and shadow; the run then returns by itself. */
    void kill() {
        shadow.kill();
    }

    /** Takes everything down that is left. */
    @Override
    public void close() {
        shown = null;
        join();
        if (world != null) {
            world.close();
        }
        shadow.close();
        wake.close();
    }

    private void join() {
        try {
            if (watcher != null) {
                watcher.join(WATCH.plusSeconds(5));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

}

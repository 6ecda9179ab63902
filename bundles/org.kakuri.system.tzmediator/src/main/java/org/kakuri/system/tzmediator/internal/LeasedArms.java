package org.kakuri.system.tzmediator.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.Selector;

/** A trial whose arms share one lease; all their processes run at the same time. */
public final class LeasedArms implements Trial {
    private final Lease lease;
    private final List<SettlingArm> arms;

    private LeasedArms(Lease lease, List<SettlingArm> arms) {
        this.lease = lease;
        this.arms = arms;
    }

    /**
     * Starts the processes of every arm, side by side, and lets them warm up one after the other.
     *
     * @param point names the backend and the runtime, as {@code tee} and {@code runtime}
     * @param starts says how arms are started; those of one start share what it starts
     * @param warmup round trips of each arm that are enough
     */
    public static LeasedArms open(Point point, TrialContext context,
            Function<Lease, List<Callable<List<SettlingArm>>>> starts,
            int warmup) {
        Lease lease = context.workbench()
                .lease(Selector.of(point.text("tee"), point.text("runtime")).needing(TzMediator.NEEDS),
                        context.deadline());
        List<SettlingArm> opened = new ArrayList<>();
        try {
            openAll(starts.apply(lease), opened);
            opened.forEach(arm -> arm.settle(warmup));
            return new LeasedArms(lease, List.copyOf(opened));
        } catch (RuntimeException e) {
            close(lease, opened);
            throw e;
        }
    }

    private static void openAll(List<Callable<List<SettlingArm>>> starts, List<SettlingArm> opened) {
        RuntimeException failure = null;
        try (ExecutorService starter = Executors.newFixedThreadPool(starts.size(),
                Thread.ofPlatform().daemon().name("tz start ", 0).factory())) {
            for (Future<List<SettlingArm>> arms : starts.stream().map(starter::submit).toList()) {
                try {
                    opened.addAll(arms.get());
                } catch (ExecutionException e) {
                    failure = failure != null ? failure : asRuntime(e.getCause());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    failure = new IllegalStateException("interrupted while processes started", e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static RuntimeException asRuntime(Throwable cause) {
        return cause instanceof RuntimeException e ? e : new IllegalStateException(cause);
    }

    @Override
    public List<Arm> arms() {
        return List.copyOf(arms);
    }

    @Override
    public void close() {
        close(lease, arms);
    }

    private static void close(Lease lease, List<SettlingArm> arms) {
        RuntimeException failure = null;
        for (SettlingArm arm : arms) {
            try {
                arm.close();
            } catch (RuntimeException e) {
                failure = e;
            }
        }
        lease.close();
        if (failure != null) {
            throw failure;
        }
    }
}

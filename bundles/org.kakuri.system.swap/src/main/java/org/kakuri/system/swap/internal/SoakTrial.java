package org.kakuri.system.swap.internal;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.kakuri.api.Label;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.LoaderWatch;
import org.kakuri.api.runtime.SwapReport;
import org.kakuri.api.tee.CostProfile;

/** One soak: blocks of swaps and blocks of updates under load; each block ends with callers paused, and what went wrong counted. */
final class SoakTrial implements Trial {
    /** Callers make at least so many calls between two swaps or updates, so that none passes unseen. */
    private static final int CALLS_BETWEEN = 1;

    private final TrialContext context;
    private final Stage stage;
    private final LeakCheck leaks;
    private final List<Arm> arms;
    private final AtomicBoolean closed = new AtomicBoolean();

    SoakTrial(Point point, TrialContext context, Stage stage, LoaderWatch loaders) {
        this.context = context;
        this.stage = stage;
        this.leaks = new LeakCheck(loaders);
        this.arms = List.of(new SoakArm(SoakExperiment.SWAP, "backends swapped under load", point.number("swaps"),
                stage::swap),
                new SoakArm(SoakExperiment.UPDATE, "bundles updated under load", point.number("updates"),
                        stage::update));
    }

    @Override
    public List<Arm> arms() {
        return arms;
    }

    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            stage.close();
        }
    }

    private final class SoakArm implements Arm {
        private final ArmInfo info;
        private final long wanted;
        private final Supplier<SwapReport> step;
        private final Times times = new Times();

        SoakArm(String name, String title, long wanted, Supplier<SwapReport> step) {
            this.info = new ArmInfo(name, title, Label.MEASURED, Map.of(), List.of(), CostProfile.UNPRICED);
            this.wanted = wanted;
            this.step = step;
        }

        @Override
        public ArmInfo info() {
            return info;
        }

        @Override
        public void measure(int iterations, SampleSink sink) throws InterruptedException {
            long share = Math.ceilDiv(wanted, SoakExperiment.ROUNDS);
            int ended = 0;
            stage.callers().resume();
            for (long i = 0; i < share && !context.cancelled(); i++) {
                stage.callers().awaitCalls(CALLS_BETWEEN);
                SwapReport report = step.get();
                ended += report.ended();
                times.add(report.routingNanos());
            }
            stage.callers().pause();
            times.report(iterations, "routing.ns", sink);
            stage.waits().take().forEach(wait -> sink.detail("wait.ns", wait.nanos()));
            sink.extra("completed", Math.min(1, times.total() / (double) wanted));
            sink.extra("sessions.ended", ended);
            judge(sink);
        }

        private void judge(SampleSink sink) {
            Tally.Count count = stage.tally().settle();
            List<String> left = leaks.leaks();
            List<String> restarted = stage.restarts().seen();
            sink.extra("calls", count.done());
            sink.extra("lost", count.lost());
            sink.extra("doubled", count.doubled());
            sink.extra("leaks", left.size());
            sink.extra("restarts", restarted.size());
            note("calls", count.reasons());
            note("leaks", left);
            note("restarts", restarted);
        }

        private void note(String key, List<String> lines) {
            if (!lines.isEmpty()) {
                context.note(key, String.join("; ", lines));
            }
        }
    }
}

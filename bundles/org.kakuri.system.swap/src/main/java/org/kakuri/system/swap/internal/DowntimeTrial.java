package org.kakuri.system.swap.internal;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.kakuri.api.Label;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.tee.CostProfile;

/** Blocks of quiet, of swaps and of updates; the same load in each. */
final class DowntimeTrial implements Trial {
    /** Calls awaited before and after each step, and as one step of the quiet arm. */
    private static final int CALLS_BETWEEN = 4;

    private final TrialContext context;
    private final Stage stage;
    private final List<Arm> arms;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Something during which callers wait. */
    private interface Step {
        void take() throws InterruptedException;
    }

    DowntimeTrial(Point point, TrialContext context, Stage stage) {
        this.context = context;
        this.stage = stage;
        long swaps = point.number("swaps");
        this.arms = List.of(
                new WaitArm(DowntimeExperiment.QUIET, "nothing is exchanged", swaps,
                        () -> stage.callers().awaitCalls(CALLS_BETWEEN)),
                new WaitArm(SoakExperiment.SWAP, "a backend is swapped", swaps, stage::swap),
                new WaitArm(SoakExperiment.UPDATE, "a bundle is updated", point.number("updates"), stage::update));
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

    private final class WaitArm implements Arm {
        private final ArmInfo info;
        private final long wanted;
        private final Step step;
        private final Times times = new Times();

        WaitArm(String name, String title, long wanted, Step step) {
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
            stage.callers().resume();
            for (long i = 0; i < share && !context.cancelled(); i++) {
                stage.callers().awaitCalls(CALLS_BETWEEN);
                long begin = System.nanoTime();
                step.take();
                long end = System.nanoTime();
                stage.callers().awaitCalls(CALLS_BETWEEN);
                stage.waits()
                        .take()
                        .stream()
                        .filter(wait -> wait.overlaps(begin, end))
                        .forEach(wait -> times.add(wait.nanos()));
            }
            stage.callers().pause();
            stage.waits().take();
            times.report(iterations, "wait.ns", sink);
            Tally.Count count = stage.tally().settle();
            if (count.lost() + count.doubled() > 0) {
                sink.failure("%d calls were lost and %d doubled: %s".formatted(count.lost(), count.doubled(),
                        String.join("; ", count.reasons())));
            }
        }
    }
}

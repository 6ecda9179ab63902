package org.kakuri.engine.internal.guest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Label;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.LedgerSnapshot;
import org.kakuri.engine.internal.run.Batches;
import org.kakuri.engine.internal.stats.Quantiles;

/** One variant of a program at one point: each sample is a run, or each run prints several samples. */
final class GuestArm implements Arm {
    private final Workload workload;
    private final Variant variant;
    private final Seat seat;
    private final Input.Prepared input;
    private final TrialContext context;
    private final List<String> argv;
    private final Map<String, String> env = new LinkedHashMap<>();
    private final Map<String, Path> folders = new LinkedHashMap<>();

    GuestArm(Workload workload, Variant variant, Map<String, String> values, Seat seat, Input.Prepared input,
            TrialContext context) {
        this.workload = workload;
        this.variant = variant;
        this.seat = seat;
        this.input = input;
        this.context = context;
        argv = variant.argv().stream().map(word -> word.fill(values)).toList();
        variant.env().forEach((name, value) -> env.put(name, value.fill(values)));
        workload.folders().forEach((guest, host) -> folders.put(guest, Path.of(host.fill(values))));
    }

    /** Returns an arm whose runs print as many samples as they like, if the workload says so. */
    static Arm of(GuestArm arm) {
        return arm.workload.fromOutput() ? new Printing(arm) : arm;
    }

    static ArmInfo info(Workload workload, Variant variant) {
        return new ArmInfo(variant.name(), variant.title(), Label.MEASURED, variant.parameters(), workload.keyEvents(),
                CostProfile.UNPRICED);
    }

    @Override
    public ArmInfo info() {
        return info(workload, variant);
    }

    @Override
    public void measure(int iterations, SampleSink sink) {
        List<List<Double>> values = workload.metrics().stream().<List<Double>>map(metric -> new ArrayList<>()).toList();
        LedgerSnapshot before = seat.ledger();
        while (values.getFirst().size() < iterations) {
            if (context.cancelled()) {
                throw new KakuriException("cancelled", "");
            }
            Finished run = seat.run(workload, argv, env, folders, input, context.deadline());
            for (int i = 0; i < values.size(); i++) {
                values.get(i)
                        .addAll(workload.metrics().get(i).read(run, workload.fromOutput(), context.deadline()));
            }
        }
        sink.events(seat.ledger().since(before));
        values.getFirst().forEach(sink::sample);
        for (int i = 1; i < values.size(); i++) {
            double[] all = values.get(i).stream().mapToDouble(Double::doubleValue).toArray();
            sink.extra(workload.metrics().get(i).extra(), Quantiles.median(all));
        }
    }

    /** An arm that may give more samples than it is asked for, because a run is not stopped in the middle. */
    private record Printing(GuestArm arm) implements Arm, Batches {
        @Override
        public ArmInfo info() {
            return arm.info();
        }

        @Override
        public void measure(int iterations, SampleSink sink) {
            arm.measure(iterations, sink);
        }
    }
}

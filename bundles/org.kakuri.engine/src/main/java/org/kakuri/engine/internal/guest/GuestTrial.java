package org.kakuri.engine.internal.guest;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.experiment.Arm;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.SampleSink;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.RuntimeImage;

/**
 * One point: a session for each image on each pair of backend and runtime, which arms share. An arm that cannot be had here is
 * left out with the reason; if none can be had, the trial is.
 */
final class GuestTrial implements Trial {
    private final Workload workload;
    private final TrialContext context;
    private final Map<Place, Seat> seats = new LinkedHashMap<>();
    private final List<AutoCloseable> inputs = new ArrayList<>();
    private final List<Arm> arms = new ArrayList<>();

    /** What a session is for. */
    private record Place(String backend, String runtime, RuntimeImage image) {}

    private GuestTrial(Workload workload, TrialContext context) {
        this.workload = workload;
        this.context = context;
    }

    /** Opens sessions; nothing remains if that fails. */
    static GuestTrial open(Workload workload, Point point, TrialContext context) {
        var trial = new GuestTrial(workload, context);
        try {
            trial.open(point);
            return trial;
        } catch (RuntimeException failed) {
            trial.close();
            throw failed;
        }
    }

    private void open(Point point) {
        context.note("experiment file", workload.origin());
        Unsupported first = null;
        for (Variant variant : workload.variants()) {
            var values = new HashMap<>(point.values());
            values.putAll(variant.parameters());
            values.put(Workload.SCRATCH, context.scratch().toString());
            try {
                Seat seat = seat(variant, values);
                Input.Prepared input = workload.input().prepare(values);
                inputs.add(input);
                arms.add(GuestArm.of(new GuestArm(workload, variant, values, seat, input, context)));
            } catch (Unsupported unfit) {
                first = first == null ? unfit : first;
                arms.add(new Unfit(GuestArm.info(workload, variant), unfit));
            }
        }
        if (seats.isEmpty()) {
            throw first;
        }
    }

    private Seat seat(Variant variant, Map<String, String> values) {
        var place = new Place(values.get(Workload.TEE), values.get(Workload.RUNTIME), variant.image());
        Seat seat = seats.get(place);
        if (seat == null) {
            digest(variant);
            seat = Seat.open(context.workbench(), place.backend(), place.runtime(), place.image(), workload,
                    context.deadline());
            seats.put(place, seat);
            context.note("cell " + place.runtime() + " on " + place.backend(), seat.meaning());
        }
        return seat;
    }

    private void digest(Variant variant) {
        if (!Files.isRegularFile(variant.image().path())) {
            return;
        }
        String digest = variant.image().sha256();
        variant.sha256().filter(wanted -> !wanted.equals(digest)).ifPresent(wanted -> {
            throw new Refused("image %s has SHA-256 %s instead of %s".formatted(variant.image().path(), digest, wanted),
                    "rebuild it, or correct sha256 in the experiment file");
        });
        context.note("image " + variant.image().path(), "sha256:" + digest);
    }

    @Override
    public List<Arm> arms() {
        return List.copyOf(arms);
    }

    @Override
    public void close() {
        RuntimeException failure = null;
        for (AutoCloseable each : all()) {
            try {
                each.close();
            } catch (RuntimeException failed) {
                failure = failure == null ? failed : failure;
            } catch (Exception impossible) {
                throw new IllegalStateException(impossible);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private List<AutoCloseable> all() {
        List<AutoCloseable> all = new ArrayList<>(seats.values());
        all.addAll(inputs);
        return all;
    }

    /** An arm that cannot be had at this point. */
    private record Unfit(ArmInfo info, Unsupported reason) implements Arm {
        @Override
        public void measure(int iterations, SampleSink sink) {
            throw reason;
        }
    }
}

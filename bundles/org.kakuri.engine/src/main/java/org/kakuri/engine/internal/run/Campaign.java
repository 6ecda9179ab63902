package org.kakuri.engine.internal.run;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.engine.ProgressListener;
import org.kakuri.engine.internal.record.Entry;
import org.kakuri.engine.internal.record.RunSpec;
import org.kakuri.engine.internal.record.RunWriter;

/** Measures every point of a sweep, one after the other. A failed trial does not keep the others from being measured. */
public final class Campaign {
    private final Workbench workbench;
    private final Function<String, CostProfile> profiles;
    private final Path workspace;

    /**
     * @param workbench core
     * @param profiles cost profile in use by architecture
     * @param workspace folder of the workspace
     */
    public Campaign(Workbench workbench, Function<String, CostProfile> profiles, Path workspace) {
        this.workbench = workbench;
        this.profiles = profiles;
        this.workspace = workspace;
    }

    /**
     * Runs.
     *
     * @param experiment what
     * @param present whether its service is still there
     * @param spec how
     * @param points where
     * @param cancelled whether the user ended it
     * @param progress told about each round
     * @param writer takes the entries
     * @throws org.kakuri.api.UsageError if the experiment itself objects to the values of the first point
     */
    public void run(Experiment experiment, BooleanSupplier present, RunSpec spec, List<Point> points,
            BooleanSupplier cancelled, ProgressListener progress, RunWriter writer) {
        int rounds = spec.warmup() + spec.blocks();
        var pace = new Pace(spec.info().id(), rounds * points.size(), progress);
        BooleanSupplier ended = () -> cancelled.getAsBoolean() || Thread.currentThread().isInterrupted();
        var settings = new Settings(experiment, present, spec, workbench, profiles, workspace, cancelled, writer, pace);
        for (int i = 0; i < points.size() && !ended.getAsBoolean(); i++) {
            var trial = new TrialRun(settings, i, points.get(i));
            trial.run();
            if (i == 0) {
                trial.objection().ifPresent(objection -> {
                    throw objection;
                });
            }
            pace.reached((i + 1) * rounds);
        }
        if (!ended.getAsBoolean()) {
            writer.append(new Entry.Finished());
        }
        pace.at("done");
    }
}

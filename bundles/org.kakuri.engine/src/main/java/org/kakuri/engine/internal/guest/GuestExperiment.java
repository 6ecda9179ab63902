package org.kakuri.engine.internal.guest;

import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;

/**
 * An experiment around a program.
 *
 * @param workload what it is
 */
public record GuestExperiment(Workload workload) implements Experiment {
    @Override
    public ExperimentInfo info() {
        return workload.info();
    }

    @Override
    public Trial open(Point point, TrialContext context) {
        return GuestTrial.open(workload, point, context);
    }
}

package org.kakuri.api.experiment;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A parameterised measurement, as a service. Found by the id in its info. Only the engine opens trials.
 */
@ConsumerType
public interface Experiment {
    /** Returns what it asks and takes. Constant for the life of the service. */
    ExperimentInfo info();

    /**
     * Prepares one point of a sweep: starts processes, opens sessions. Undoes everything if it fails.
     *
     * @param point values of the parameters, checked by the engine
     * @param context what the engine offers
     * @throws org.kakuri.api.Unsupported if this point cannot be measured here; the engine then reports it as skipped
     * @throws Exception any other failure; the trial is then failed
     */
    Trial open(Point point, TrialContext context) throws Exception;
}

package org.kakuri.engine.internal.run;

import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.engine.internal.record.RunSpec;
import org.kakuri.engine.internal.record.RunWriter;

/**
 * What all trials of a run share.
 *
 * @param experiment what is run
 * @param present whether its service is still there
 * @param spec how
 * @param workbench core
 * @param profiles cost profile in use by architecture
 * @param workspace folder of the workspace
 * @param cancelled whether the user ended the run
 * @param writer takes the entries
 * @param pace tells the user how far it is
 */
record Settings(Experiment experiment, BooleanSupplier present, RunSpec spec, Workbench workbench,
        Function<String, CostProfile> profiles, Path workspace, BooleanSupplier cancelled, RunWriter writer,
        Pace pace) {}

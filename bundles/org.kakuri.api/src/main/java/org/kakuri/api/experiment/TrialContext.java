package org.kakuri.api.experiment;

import java.nio.file.Path;
import org.kakuri.api.Deadline;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.CostProfile;
import org.osgi.annotation.versioning.ProviderType;

/** What the engine offers to a trial. */
@ProviderType
public interface TrialContext {
    /** Returns core. */
    Workbench workbench();

    /** Returns the cost profile in use for the architecture. */
    CostProfile costProfile(String architecture);

    /** Returns an empty folder that is removed after the trial. */
    Path scratch();

    /** Returns the folder of the workspace: guests, calibrations. */
    Path workspace();

    /** Returns when the trial is given up. */
    Deadline deadline();

    /** Returns whether the user cancelled; long waits look at it. */
    boolean cancelled();

    /** Records a fact of the environment with the results: placement, compiler, tool version. */
    void note(String key, String value);

    /** Records that something was left out, and why; shown with the results. */
    void skipped(String what, String why);
}

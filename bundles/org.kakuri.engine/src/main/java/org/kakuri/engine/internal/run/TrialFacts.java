package org.kakuri.engine.internal.run;

import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.kakuri.api.Deadline;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.engine.internal.record.Entry;

/** What a trial is offered. */
record TrialFacts(int trial, Workbench workbench, Function<String, CostProfile> profiles, Path scratch, Path workspace,
        Deadline deadline, BooleanSupplier cancellation, TrialLog log) implements TrialContext {

    @Override
    public CostProfile costProfile(String architecture) {
        return profiles.apply(architecture);
    }

    @Override
    public boolean cancelled() {
        return cancellation.getAsBoolean();
    }

    @Override
    public void note(String key, String value) {
        log.append(new Entry.Note(trial, key, value));
    }

    @Override
    public void skipped(String what, String why) {
        log.append(new Entry.Skip(trial, what, why));
    }
}

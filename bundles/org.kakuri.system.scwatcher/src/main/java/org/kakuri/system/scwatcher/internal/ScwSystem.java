package org.kakuri.system.scwatcher.internal;

import java.util.List;
import java.util.Set;
import org.kakuri.api.experiment.ResearchSystem;
import org.kakuri.api.experiment.SystemInfo;
import org.osgi.service.component.annotations.Component;

/** Tells what SCwatcher is. */
@Component(property = ResearchSystem.NAME + "=" + ScwSystem.NAME)
public final class ScwSystem implements ResearchSystem {
    static final String NAME = "scwatcher";

    @Override
    public SystemInfo info() {
        return new SystemInfo(NAME,
                "unmodified intrusion detection in an enclave watches a virtual machine from outside",
                "SCwatcher: SGX execution environments (SCONE, Occlum) with a proc file system for VM monitoring",
                Set.of(),
                List.of(CommandsExperiment.ID, ChkrootkitExperiment.ID, SensitivityExperiment.ID, FetchExperiment.ID,
                        AccuracyExperiment.ID, DetectExperiment.ID));
    }
}

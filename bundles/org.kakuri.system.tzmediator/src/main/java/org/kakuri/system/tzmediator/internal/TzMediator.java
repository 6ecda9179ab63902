package org.kakuri.system.tzmediator.internal;

import java.util.List;
import java.util.Set;
import org.kakuri.api.experiment.ResearchSystem;
import org.kakuri.api.experiment.SystemInfo;
import org.kakuri.api.tee.Capability;
import org.kakuri.system.tzmediator.internal.darknet.DarknetExperiment;
import org.kakuri.system.tzmediator.internal.styles.StylesExperiment;
import org.osgi.service.component.annotations.Component;

/** Tells what TZmediator is. */
@Component(property = ResearchSystem.NAME + "=" + TzMediator.NAME)
public final class TzMediator implements ResearchSystem {
    public static final String NAME = "tzmediator";

    /** What its mechanism cannot do without: the call page lies in memory that both worlds touch. */
    static final Capability[] NEEDS = {Capability.SHARED_MEMORY};

    @Override
    public SystemInfo info() {
        return new SystemInfo(NAME, "POSIX co-operation across the two worlds",
                "TZmediator: CA and TA co-operate through POSIX; a shadow process executes the TA's calls",
                Set.of(NEEDS),
                List.of(IpcExperiment.ID, DarknetExperiment.ID, StylesExperiment.ID));
    }
}

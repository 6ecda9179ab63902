package org.kakuri.system.swap.internal;

import java.util.List;
import java.util.Set;
import org.kakuri.api.experiment.ResearchSystem;
import org.kakuri.api.experiment.SystemInfo;
import org.osgi.service.component.annotations.Component;

/** Tells what is measured about hot swap. */
@Component(property = ResearchSystem.NAME + "=" + SwapSystem.NAME)
public final class SwapSystem implements ResearchSystem {
    static final String NAME = "swap";

    @Override
    public SystemInfo info() {
        return new SystemInfo(NAME, "hot swap and update under load",
                "no published work: what this workbench promises about exchanging its own parts", Set.of(),
                List.of(SoakExperiment.ID, DowntimeExperiment.ID));
    }
}

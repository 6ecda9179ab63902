package org.kakuri.system.attacks.internal;

import java.util.List;
import java.util.Set;
import org.kakuri.api.experiment.ResearchSystem;
import org.kakuri.api.experiment.SystemInfo;
import org.osgi.service.component.annotations.Component;

/** Tells what the attack suite is. */
@Component(property = ResearchSystem.NAME + "=" + AttackSystem.NAME)
public final class AttackSystem implements ResearchSystem {
    static final String NAME = "attacks";

    @Override
    public SystemInfo info() {
        return new SystemInfo(NAME, "attacks on instances, each with its controls",
                "no single work: the same attacks against every backend (atk:list)", Set.of(), List.of());
    }
}

package org.kakuri.system.runtimes.internal;

import java.util.List;
import java.util.Set;
import org.kakuri.api.experiment.ResearchSystem;
import org.kakuri.api.experiment.SystemInfo;
import org.osgi.service.component.annotations.Component;

/** Tells what is measured about runtimes. */
@Component(property = ResearchSystem.NAME + "=" + RuntimesSystem.NAME)
public final class RuntimesSystem implements ResearchSystem {
    static final String NAME = "rt";
    static final String START = "rt/start";
    static final String SPAWN = "rt/spawn";
    static final String SYSCALL = "rt/syscall";
    static final String EPC = "rt/epc";

    @Override
    public SystemInfo info() {
        return new SystemInfo(NAME, "what library operating systems cost",
                "the comparison of SCONE and Occlum that SCwatcher makes, without its proc file system", Set.of(),
                List.of(START, SPAWN, SYSCALL, EPC));
    }
}

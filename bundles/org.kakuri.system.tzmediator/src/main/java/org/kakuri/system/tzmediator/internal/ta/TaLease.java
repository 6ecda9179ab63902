package org.kakuri.system.tzmediator.internal.ta;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kakuri.api.Deadline;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.Capability;

/**
 * Which backend and runtime a TA gets: those its registration names, else what is in use if that will do, else what
 * will.
 */
final class TaLease {
    private TaLease() {}

    static Lease take(Workbench workbench, TaSpec spec, Deadline deadline) {
        String tee = spec.tee().orElseGet(() -> backend(workbench));
        String runtime = spec.runtime().orElseGet(() -> runtime(workbench));
        return workbench.lease(new Selector(Optional.of(tee), Optional.of(runtime), Set.of(Capability.SHARED_MEMORY),
                Selector.DEFAULT_HOST), deadline);
    }

    /** A TA belongs into a world of its own. */
    private static String backend(Workbench workbench) {
        List<String> able = workbench.backends()
                .stream()
                .filter(info -> info.capabilities().contains(Capability.TWO_WORLDS))
                .map(BackendInfo::name)
                .toList();
        String inUse = workbench.inUse().backend();
        return able.isEmpty() || able.contains(inUse) ? inUse : able.getFirst();
    }

    private static String runtime(Workbench workbench) {
        List<String> able = workbench.runtimes()
                .stream()
                .filter(info -> info.images().contains(RuntimeImage.Kind.WASM))
                .map(RuntimeInfo::name)
                .toList();
        String inUse = workbench.inUse().runtime();
        if (able.isEmpty()) {
            throw new Unsupported("no runtime executes WebAssembly modules", "see rt:list");
        }
        return able.contains(inUse) ? inUse : able.getFirst();
    }
}

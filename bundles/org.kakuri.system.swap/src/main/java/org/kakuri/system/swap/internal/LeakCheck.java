package org.kakuri.system.swap.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.kakuri.api.Deadline;
import org.kakuri.api.runtime.LoaderWatch;
import org.kakuri.platform.linux.ResourceSnapshot;
import org.kakuri.platform.linux.ResourceSnapshot.Tolerance;

/** Compares what the process holds with what it held when the load had run for a while. Called while callers are paused. */
final class LeakCheck {
    /**
     * Threads and descriptors: what the JVM and the framework open now and then. Mappings and bytes: malloc's arenas, code
     * cache and metaspace; a mapping left by each call, or 1 MiB by each update, is beyond them.
     */
    private static final Tolerance TOLERANCE = new Tolerance(2, 4, 128, 256L << 20);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final LoaderWatch loaders;
    private final Set<Long> before = new HashSet<>();
    private ResourceSnapshot first;

    LeakCheck(LoaderWatch loaders) {
        this.loaders = loaders;
        loaders.stale(Deadline.in(PATIENCE)).forEach(stale -> before.add(stale.id()));
    }

    /**
     * Returns what has grown or was left behind, by name. A class loader counts when one of the same bundle went after it: a
     * waiting thread's frame may hold the last by a dead local variable until it runs on.
     */
    List<String> leaks() {
        List<String> leaks = new ArrayList<>();
        loaders.stale(Deadline.in(PATIENCE))
                .stream()
                .filter(stale -> stale.later() > 0 && !before.contains(stale.id()))
                .forEach(stale -> leaks.add("class loader of %s [%d]".formatted(stale.bundle(), stale.id())));
        ResourceSnapshot now = ResourceSnapshot.now();
        if (first == null) {
            first = now;
        }
        first.growthTo(now, TOLERANCE).forEach(growth -> leaks.add(growth.toString()));
        return leaks;
    }
}

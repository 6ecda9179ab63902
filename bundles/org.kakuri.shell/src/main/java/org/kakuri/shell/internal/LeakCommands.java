package org.kakuri.shell.internal;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.Deadline;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.runtime.LoaderWatch;
import org.kakuri.api.runtime.LoaderWatch.StaleLoader;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.platform.linux.ResourceSnapshot;
import org.kakuri.platform.linux.ResourceSnapshot.Growth;
import org.kakuri.platform.linux.ResourceSnapshot.Tolerance;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The command that tells what this process holds, and what is left behind. */
@Component(property = {CommandSet.SCOPE + "=wb", CommandSet.FUNCTION + "=leaks", CommandSet.LIVE_IF_RUNNING + "=leaks"})
public final class LeakCommands implements CommandSet {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Workbench workbench;
    private final LoaderWatch loaders;
    private ResourceSnapshot last;

    /** Takes what knows. */
    @Activate
    public LeakCommands(@Reference Workbench workbench, @Reference LoaderWatch loaders) {
        this.workbench = workbench;
        this.loaders = loaders;
    }

    /**
     * What the process holds.
     *
     * @param growth what there is more of than at the last call; each kind by any amount
     * @param collectedLoaders class loaders of bundles that went, seen to be collected
     * @param staleLoaders those that something still holds
     * @param children child processes by pid
     * @param mbeans MBeans that others than the JVM registered, by object name
     * @param unexplainedChildren child processes while no session is open that could have started them
     */
    public record Leaks(Map<String, Integer> threads, Map<String, Integer> descriptors, int mappings, long mappedBytes,
            List<Growth> growth, long collectedLoaders, List<StaleLoader> staleLoaders, Map<Integer, String> children,
            Map<String, Integer> mbeans, int unexplainedChildren) implements Outcome {
        @Override
        public int exitCode() {
            return staleLoaders.isEmpty() && unexplainedChildren == 0 ? 0 : 1;
        }
    }

    /** Looks. */
    @Descriptor("Shows what the process holds, what grew since the last call, and class loaders and processes left behind.")
    public synchronized Leaks leaks() {
        List<StaleLoader> stale = loaders.stale(Deadline.in(PATIENCE));
        boolean sessions = workbench.leases().stream().anyMatch(lease -> lease.sessions() > 0);
        ResourceSnapshot now = ResourceSnapshot.now();
        List<Growth> growth = last == null ? List.of() : last.growthTo(now, Tolerance.NONE);
        last = now;
        return new Leaks(now.threads(), now.descriptors(), now.mappings(), now.mappedBytes(), growth,
                loaders.collected(), stale, now.children(), now.mbeans(),
                sessions ? 0 : now.children().size());
    }
}

package org.kakuri.shell.internal;

import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.WorkingDirectory;
import org.kakuri.api.command.TextView;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;
import org.kakuri.api.runtime.LeaseInfo;
import org.kakuri.api.runtime.SwapReport;
import org.kakuri.api.runtime.HotSwap;
import org.kakuri.api.runtime.Workbench;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;

/** Commands about the workbench itself. */
@Component(property = {"kakuri.command.scope=wb", "kakuri.command.function=status", "kakuri.command.function=update",
    "kakuri.command.function=stop", CommandSet.LIVE + "=update", CommandSet.LIVE + "=stop",
    CommandSet.LIVE_IF_RUNNING + "=status"})
public final class WbCommands implements CommandSet {
    private final Workbench workbench;
    private final HotSwap swaps;
    private final Optional<LongSupplier> listener;
    private final BundleContext context;

    /**
     * Takes what the commands ask.
     *
     * @param listener the launcher's: the process that one-shot commands reach, 0 for none
     */
    @Activate
    public WbCommands(@Reference Workbench workbench, @Reference HotSwap swaps,
            @Reference(target = "(kakuri.listener=true)", cardinality = ReferenceCardinality.OPTIONAL) LongSupplier listener,
            BundleContext context) {
        this.workbench = workbench;
        this.swaps = swaps;
        this.listener = Optional.ofNullable(listener);
        this.context = context;
    }

    /**
     * The state of the workbench.
     *
     * @param oneShotCommands who executes those that act on the workbench that runs
     */
    public record Status(long pid, String oneShotCommands, Workbench.InUse inUse, List<String> backends,
            List<String> runtimes,
            List<String> waitingFor, List<LeaseInfo> leases) {}

    /** Shows the state of the workbench. */
    @Descriptor("Shows what is in use, what is on loan, and what is missing.")
    public Status status() {
        return new Status(ProcessHandle.current().pid(), oneShotCommands(), workbench.inUse(),
                workbench.backends().stream().map(info -> info.name()).toList(),
                workbench.runtimes().stream().map(info -> info.name()).toList(), workbench.readiness().waitingFor(),
                workbench.leases());
    }

    private String oneShotCommands() {
        long reached = listener.map(LongSupplier::getAsLong).orElse(0L);
        if (reached == 0) {
            return "act on no workbench: none runs";
        }
        return reached == ProcessHandle.current().pid() ? "act on this workbench"
                : "act on another workbench, process " + reached;
    }

    /** What {@code wb:stop} answers. */
    public record Stopping(long pid) implements TextView {
        @Override
        public String text() {
            return "the workbench, process " + pid + ", ends";
        }
    }

    /** Ends the workbench. */
    @Descriptor("Ends the workbench that runs, its sessions first.")
    public Stopping stop() throws BundleException {
        context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).stop();
        return new Stopping(ProcessHandle.current().pid());
    }

    /** Installs or updates a bundle. */
    @Descriptor("Installs a bundle, or puts a changed one in the place of the running one without losing a call.")
    public SwapReport update(@WordsSyntax @Descriptor("""
            JAR [--drain SECONDS]
            JAR              the bundle; the running one with its symbolic name is drained and uninstalled
            --drain SECONDS  how long live sessions of the running one may go on; 30 if not given""") Words words) {
        words.onlyNames(List.of("drain"));
        return swaps.update(WorkingDirectory.resolve(words.word(0, "JAR")), Swaps.drain(words));
    }
}

package org.kakuri.shell.internal;

import java.nio.file.Path;
import java.util.List;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;
import org.kakuri.api.runtime.LeaseInfo;
import org.kakuri.api.runtime.SwapReport;
import org.kakuri.api.runtime.HotSwap;
import org.kakuri.api.runtime.Workbench;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Commands about the workbench itself. */
@Component(property = {"kakuri.command.scope=wb", "kakuri.command.function=status", "kakuri.command.function=update"})
public final class WbCommands implements CommandSet {
    private final Workbench workbench;
    private final HotSwap swaps;

    /** Takes what the commands ask. */
    @Activate
    public WbCommands(@Reference Workbench workbench, @Reference HotSwap swaps) {
        this.workbench = workbench;
        this.swaps = swaps;
    }

    /** The state of the workbench. */
    public record Status(long pid, Workbench.InUse inUse, List<String> backends, List<String> runtimes,
            List<String> waitingFor, List<LeaseInfo> leases) {}

    /** Shows the state of the workbench. */
    @Descriptor("Shows what is in use, what is on loan, and what is missing.")
    public Status status() {
        return new Status(ProcessHandle.current().pid(), workbench.inUse(),
                workbench.backends().stream().map(info -> info.name()).toList(),
                workbench.runtimes().stream().map(info -> info.name()).toList(), workbench.readiness().waitingFor(),
                workbench.leases());
    }

    /** Installs or updates a bundle. */
    @Descriptor("Installs a bundle, or puts a changed one in the place of the running one without losing a call.")
    public SwapReport update(@WordsSyntax @Descriptor("""
            JAR [--drain SECONDS]
            JAR              the bundle; the running one with its symbolic name is drained and uninstalled
            --drain SECONDS  how long live sessions of the running one may go on; 30 if not given""") Words words) {
        words.onlyNames(List.of("drain"));
        return swaps.update(Path.of(words.word(0, "JAR")).toAbsolutePath(), Swaps.drain(words));
    }
}

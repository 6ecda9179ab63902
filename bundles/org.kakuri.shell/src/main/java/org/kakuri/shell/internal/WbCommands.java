package org.kakuri.shell.internal;

import java.util.List;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.runtime.LeaseInfo;
import org.kakuri.api.runtime.Workbench;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Commands about the workbench itself. */
@Component(property = {"kakuri.command.scope=wb", "kakuri.command.function=status"})
public final class WbCommands implements CommandSet {
    private final Workbench workbench;

    /** Takes what the commands ask. */
    @Activate
    public WbCommands(@Reference Workbench workbench) {
        this.workbench = workbench;
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
}

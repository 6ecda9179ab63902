package org.kakuri.tee.model.internal;

import java.util.Map;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.MonitorCommand;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.model.arm.MonitorTable;
import org.kakuri.tee.model.arm.SecureMonitor;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** The monitor commands that are services now, for each architecture that has a monitor, and the monitors of its machines. */
@Component(service = MonitorShelf.class)
public final class MonitorShelf {
    private static final System.Logger LOG = System.getLogger(MonitorShelf.class.getName());

    private final Map<String, MonitorTable> tables = Map.of(Machine.ARM, new MonitorTable());

    /** Starts with what the firmware has. */
    @Activate
    public MonitorShelf() {}

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addCommand(MonitorCommand command, ServiceReference<MonitorCommand> service) {
        String origin = service.getBundle() == null ? "a bundle that went" : service.getBundle().getSymbolicName();
        Object architecture = service.getProperty(MonitorCommand.ARCHITECTURE);
        MonitorTable table = tables.get(String.valueOf(architecture));
        if (table == null) {
            LOG.log(System.Logger.Level.WARNING,
                    "monitor command refused: no monitor on architecture {0}: origin={1}, class={2}; set the property {3}"
                            + " to one of {4}",
                    architecture, origin, command.getClass().getName(), MonitorCommand.ARCHITECTURE, tables.keySet());
        } else {
            table.add(command, origin);
        }
    }

    void removeCommand(MonitorCommand command) {
        tables.values().forEach(table -> table.remove(command));
    }

    /** Gives a new machine its monitor, if its architecture has one. */
    void equip(MachineModel machine) {
        MonitorTable table = tables.get(machine.architecture());
        if (table != null) {
            SecureMonitor.of(machine, table);
        }
    }
}

package org.kakuri.tee.model.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.EventTraces;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Machines;
import org.kakuri.api.tee.TracedEvent;
import org.kakuri.tee.model.MachineModel;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * The machines of this process, and their events. A machine that was closed is replaced by a new one, with other secrets, when
 * asked for.
 */
@Component
public final class MachineDirectory implements Machines, EventTraces {
    private static final System.Logger LOG = System.getLogger(MachineDirectory.class.getName());

    private record Key(String architecture, String name) {}

    private final Map<Key, MachineModel> machines = new LinkedHashMap<>();
    private final TraceHub traces = new TraceHub();
    private final MonitorShelf monitors;
    private boolean gone;

    /** Starts with no machine; takes what their monitors can do. */
    @Activate
    public MachineDirectory(@Reference MonitorShelf monitors) {
        this.monitors = monitors;
    }

    @Override
    public synchronized Machine machine(String architecture, String name) {
        if (gone) {
            throw new WrongState("the machine model was stopped: wanted=" + name + ", architecture=" + architecture,
                    "start the bundle org.kakuri.tee.model");
        }
        var key = new Key(architecture, name);
        MachineModel machine = machines.get(key);
        if (machine == null || machine.isClosed()) {
            if (machine != null) {
                traces.gone(machine);
            }
            machine = new MachineModel(name, architecture);
            monitors.equip(machine);
            traces.made(machine);
            machines.put(key, machine);
            LOG.log(System.Logger.Level.DEBUG, "machine made: {0}", machine);
        }
        return machine;
    }

    @Override
    public synchronized List<Machine> machines() {
        return machines.values().stream().filter(machine -> !machine.isClosed()).map(Machine.class::cast).toList();
    }

    @Override
    public Subscription listen(Listener listener) {
        return traces.listen(listener);
    }

    @Override
    public boolean wanted() {
        return traces.wanted();
    }

    @Override
    public void forward(List<TracedEvent> events, long dropped) {
        traces.forward(events, dropped);
    }

    @Deactivate
    void close() {
        List<MachineModel> going;
        synchronized (this) {
            gone = true;
            going = List.copyOf(machines.values());
            machines.clear();
        }
        for (MachineModel machine : going) {
            try {
                machine.close();
                traces.gone(machine);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "machine did not close cleanly: " + machine, e);
            }
        }
    }
}

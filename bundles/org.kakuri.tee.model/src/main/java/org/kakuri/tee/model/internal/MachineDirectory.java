package org.kakuri.tee.model.internal;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.EventTraces;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Machines;
import org.kakuri.api.tee.TracedEvent;
import org.kakuri.tee.model.MachineModel;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * The machines of this process, and their events. A machine that was closed is replaced by a new one when asked for: with
 * other secrets, or where the framework property {@value #FUSES} names a folder for them, with those it had.
 */
@Component
public final class MachineDirectory implements Machines, EventTraces {
    private static final System.Logger LOG = System.getLogger(MachineDirectory.class.getName());

    /** Framework property: folder that keeps the machines' root secrets. Default: none, each process has machines of its own. */
    static final String FUSES = "kakuri.machines";

    private record Key(String architecture, String name) {}

    private final Map<Key, MachineModel> machines = new LinkedHashMap<>();
    private final TraceHub traces = new TraceHub();
    private final MonitorShelf monitors;
    private final Optional<FuseFiles> fuses;
    private boolean gone;

    /** Starts with no machine; takes what their monitors can do. */
    @Activate
    public MachineDirectory(BundleContext context, @Reference MonitorShelf monitors) {
        this(Optional.ofNullable(context.getProperty(FUSES)).map(Path::of), monitors);
    }

    MachineDirectory(Optional<Path> fuses, MonitorShelf monitors) {
        this.fuses = fuses.map(FuseFiles::new);
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
            machine = fuses.map(files -> new MachineModel(name, architecture, files.root(architecture, name)))
                    .orElseGet(() -> new MachineModel(name, architecture));
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

package org.kakuri.system.scwatcher.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.Unsupported;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.api.vm.VirtualMachines;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** scw/detect: a process and a port are hidden as rootkits do; what finds them? */
@Component(service = Experiment.class)
public final class DetectExperiment implements Experiment {
    static final String ID = "scw/detect";
    static final String LIST = "task-list";
    static final String NUMBERS = "pid-numbers";
    static final String BOTH = "both";
    static final String CLEAN = "clean";
    static final String PORT_TABLES = "port.tables";
    static final String PORT_HELD = "port.held";
    static final String PORT_CLEAN = "port.clean";
    static final String TROJAN_INSIDE = "port.inside";
    static final String TROJAN_OUTSIDE = "port.outside";

    private static final ExperimentInfo INFO = new ExperimentInfo(ID, ScwSystem.NAME,
            "a process and a port that hide",
            "Which way of looking from outside finds a process that a rootkit unlinked from the task list, a listening "
                    + "socket that it unlinked from its table, a port that its netstat leaves out; does comparing two ways "
                    + "name them, and nothing else?",
            "found", List.of(),
            List.of(claim("both", "comparing both ways finds it", BOTH, 1, 1),
                    claim("list", "the task list alone does not", LIST, 0, 0),
                    claim("clean", "nothing is found where nothing hides", CLEAN, 0, 0),
                    claim("port.held", "comparing open files with the tables finds an unlinked socket", PORT_HELD, 1,
                            1),
                    claim("port.tables", "the tables alone do not", PORT_TABLES, 0, 0),
                    claim("port.clean", "no socket is found where none hides", PORT_CLEAN, 0, 0),
                    claim("port.inside", "a replaced netstat does not show its port", TROJAN_INSIDE, 0, 0),
                    claim("port.outside", "the tables, read from outside, do", TROJAN_OUTSIDE, 1, 1)),
            new ExperimentInfo.Figure("", "", "hidden processes or ports found"));

    private final VirtualMachines machines;
    private final Introspection introspection;

    /** Takes what boots guests and looks into them. */
    @Activate
    public DetectExperiment(@Reference VirtualMachines machines, @Reference Introspection introspection) {
        this.machines = machines;
        this.introspection = introspection;
    }

    private static ClaimSpec claim(String name, String text, String arm, double low, double high) {
        return new ClaimSpec("scw.detect." + name, text, ClaimSpec.Kind.GOAL, "count", low, high,
                new ClaimSpec.MaxExtra(arm, "found"), Map.of(), Optional.empty(), "our goal");
    }

    @Override
    public ExperimentInfo info() {
        return INFO;
    }

    @Override
    public Trial open(Point point, TrialContext context) {
        VirtualMachine guest = GuestTrial.boot(machines, context.deadline(), 5, 2);
        try {
            return new DetectTrial(guest, machines, introspection, context.scratch());
        } catch (RuntimeException e) {
            guest.close();
            throw e;
        } catch (java.io.IOException e) {
            guest.close();
            throw new Unsupported("the memory could not be recorded: " + e.getMessage(), "", e);
        }
    }
}

package org.kakuri.system.scwatcher.internal;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachines;
import org.kakuri.comparison.Claims;
import org.kakuri.comparison.Pairs;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** scw/commands: Debian's ps and netstat look at a guest from outside. */
@Component(service = Experiment.class)
public final class CommandsExperiment implements Experiment {
    static final String ID = "scw/commands";
    static final double LOW = 5.3;
    static final double HIGH = 8.4;
    private static final String COMMAND = "command";
    private static final String SOURCE = "SCwatcher: netstat and ps alone 5.3-8.4 times faster with SCONE, on hardware";

    private static final ExperimentInfo INFO = new ExperimentInfo(ID, ScwSystem.NAME,
            "unmodified ps and netstat watch a guest",
            "How long do ps and netstat take from nothing when they watch a guest from inside an enclave, with an instance for "
                    + "each process (SCONE-like) and with one for all (Occlum-like)? SCwatcher reports 5.3 to 8.4.",
            "ns",
            ToolParameters.of(new Parameter(COMMAND, "what runs", Parameter.Kind.CHOICE, List.of("ps", "netstat"),
                    List.of("ps", "netstat"), 0, 0, "what the source measures")),
            List.of(Claims.reported("scw.commands.low",
                    "A command is 5.3 to 8.4 times faster with an instance for each process; counted events, sizes as "
                            + "documented, prices at their low end",
                    LOW, HIGH, Pairs.TOGETHER + ".low", Pairs.APART + ".low", Map.of(), SOURCE),
                    Claims.reported("scw.commands.high", "The same, prices at their high end", LOW, HIGH,
                            Pairs.TOGETHER + ".high", Pairs.APART + ".high", Map.of(), SOURCE),
                    Claims.atLeast("scw.commands.order.low", "The order is the source's at the low end", 1,
                            Pairs.TOGETHER + ".low", Pairs.APART + ".low", Map.of()),
                    Claims.atLeast("scw.commands.order.high", "The order is the source's at the high end", 1,
                            Pairs.TOGETHER + ".high", Pairs.APART + ".high", Map.of())),
            new ExperimentInfo.Figure(COMMAND, Pairs.NATIVE,
                    "time of one command relative to native, small instances"));

    private final BundleContext bundle;
    private final VirtualMachines machines;
    private final Introspection introspection;

    /** Takes what boots guests and looks into them. */
    @Activate
    public CommandsExperiment(BundleContext bundle, @Reference VirtualMachines machines,
            @Reference Introspection introspection) {
        this.bundle = bundle;
        this.machines = machines;
        this.introspection = introspection;
    }

    @Override
    public ExperimentInfo info() {
        return INFO;
    }

    @Override
    public Trial open(Point point, TrialContext context) {
        return new ToolTrial(Tool.valueOf(point.text(COMMAND).toUpperCase(Locale.ROOT)),
                GuestTrial.boot(machines, context.deadline(), 15, 0), bundle, introspection, point, context);
    }
}

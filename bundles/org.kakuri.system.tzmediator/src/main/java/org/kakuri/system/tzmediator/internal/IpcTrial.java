package org.kakuri.system.tzmediator.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.kakuri.api.Label;
import org.kakuri.api.Unsupported;
import org.kakuri.api.experiment.ArmInfo;
import org.kakuri.api.experiment.Point;
import org.kakuri.api.experiment.Trial;
import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.CostProfiles;
import org.kakuri.api.tee.Pricing;
import org.kakuri.platform.linux.Affinity;
import org.kakuri.system.tzmediator.internal.IpcArm.Uncounted;
import org.kakuri.system.tzmediator.internal.LinkSpec.Shadow;
import org.kakuri.system.tzmediator.internal.process.CaProgram;
import org.kakuri.system.tzmediator.internal.process.CaPrograms;
import org.kakuri.system.tzmediator.internal.process.CpuPlan;
import org.kakuri.system.tzmediator.internal.process.GuestFiles;
import org.kakuri.system.tzmediator.internal.process.Mechanism;
import org.kakuri.system.tzmediator.internal.process.ShadowProcess;

/**
 * One point of tz/ipc: the baseline and a TA in each call style, without and with prices. All processes run at the same time;
 * those of an arm that is not measured sleep.
 */
final class IpcTrial {
    private IpcTrial() {}

    /**
     * Starts the processes of every arm, side by side, and lets them warm up one after the other.
     *
     * @param warmup round trips of each arm that are enough
     */
    static Trial open(Point point, TrialContext context, CostProfiles profiles, CaPrograms programs, int warmup) {
        Builder builder = new Builder(point, context, programs);
        return LeasedArms.open(point, context, lease -> builder.arms(lease, profiles)
                .stream()
                .<Callable<List<SettlingArm>>>map(start -> () -> List.of(start.call()))
                .toList(), warmup);
    }

    /** The TA, which misbehaves if asked to. */
    static TrustedProgram pingPong(Path module, Mechanism mechanism, int size, String fault) {
        List<String> argv = new ArrayList<>(List.of("ta_pingpong", "fused", "" + size, "" + ShadowProcess.READS,
                "" + ShadowProcess.WRITES));
        if (!fault.equals(IpcExperiment.NO_FAULT)) {
            argv.add(fault);
        }
        if (!mechanism.kind().equals(Mechanism.STREAM)) {
            argv.add(mechanism.kind());
        }
        return new TrustedProgram(module, argv, session -> {});
    }

    /** Decides which arms there are at a point, and how each is started. */
    private static final class Builder {
        private final Point point;
        private final TrialContext context;
        private final GuestFiles files;
        private final CaProgram client;
        private final Mechanism mechanism;
        private final int size;
        private final String placement;
        private final int[] cpus = Affinity.get(Affinity.THIS_THREAD);

        Builder(Point point, TrialContext context, CaPrograms programs) {
            this.point = point;
            this.context = context;
            this.files = new GuestFiles(context.workspace());
            this.client = programs.find(files);
            this.mechanism = Mechanism.ALL.get(point.text("mechanism"));
            this.size = Math.toIntExact(point.number("size"));
            this.placement = point.text("placement");
            if (size > mechanism.most()) {
                throw new Unsupported("mechanism=%s carries at most %d bytes, not size=%d".formatted(mechanism.name(),
                        mechanism.most(), size), "take a smaller size");
            }
            if (!mechanism.plainJava() && !client.staysItself()) {
                throw new Unsupported("mechanism=%s needs a CA in C, and there is no C compiler here".formatted(
                        mechanism.name()), "install gcc or clang, or take mechanism=pipe");
            }
            context.note("tz.ca", client.title() + ", " + client.tool());
            context.note("tz.ta", GuestFiles.TA + ", compiled with " + files.compiler());
        }

        List<Callable<IpcArm>> arms(Lease lease, CostProfiles profiles) {
            List<Callable<IpcArm>> starts = new ArrayList<>();
            CpuPlan baseline = mechanism.calls()
                    ? CpuPlan.baseline(placement, cpus)
                    : CpuPlan.sharingBaseline(cpus);
            ArmInfo info = info(Arms.BASELINE, "CA and CA, each a " + client.title(), baseline, List.of(),
                    Pricing.NONE, Map.of());
            starts.add(() -> BaselineArm.open(info, context, client, mechanism, size, baseline,
                    Uncounted.SHORT_ROUNDS));
            if (!mechanism.calls()) {
                context.skipped("all arms but " + Arms.POLLING,
                        "memory that CA and TA share takes no call of the TA's: there is no style to choose");
                mediated(Arms.POLLING, lease, Pricing.NONE).ifPresent(starts::add);
                return starts;
            }
            boolean all = point.text("arms").equals(IpcExperiment.ALL);
            for (String arm : all
                    ? List.of(Arms.POLLING, Arms.RPC, Arms.RPC_PARALLEL)
                    : List.of(Arms.POLLING, Arms.RPC)) {
                mediated(arm, lease, Pricing.NONE).ifPresent(starts::add);
            }
            Optional<CostProfile> prices = prices(lease.backend(), profiles).map(lease::charged);
            for (String arm : all ? List.of(Arms.POLLING, Arms.RPC) : List.of(Arms.RPC)) {
                prices.flatMap(p -> mediated(arm, lease, new Pricing(p, true))).ifPresent(starts::add);
            }
            return starts;
        }

        private Optional<Callable<IpcArm>> mediated(String arm, Lease lease, Pricing pricing) {
            String name = arm + (pricing.injected() ? Arms.INJECTED : "");
            CallStyle style = arm.equals(Arms.POLLING) ? CallStyle.POLLING : CallStyle.RPC;
            Shadow shadow = arm.equals(Arms.RPC) ? Shadow.ENTERING : Shadow.PARALLEL;
            CpuPlan plan;
            try {
                plan = mechanism.calls() ? CpuPlan.mediated(placement, style, cpus) : CpuPlan.sharing(cpus);
            } catch (Unsupported e) {
                context.skipped("arm " + name, e.getMessage());
                return Optional.empty();
            }
            ArmInfo info = info(name, "CA (%s) and TA in %s on %s, %s".formatted(client.title(),
                    lease.runtime().name(), lease.backend().name(),
                    how(arm)), plan, lease.backend().crossings(), pricing,
                    Map.of("style", style.name().toLowerCase(java.util.Locale.ROOT)));
            LinkSpec spec = new LinkSpec(name, mechanism, size, style, shadow, pricing, plan, client,
                    pingPong(files.module(GuestFiles.TA), mechanism, size, point.text("fault")));
            return Optional.of(() -> new MediatedArm(info, context, spec.open(lease, context)));
        }

        private static String how(String arm) {
            return switch (arm) {
            case Arms.POLLING -> "polling";
            case Arms.RPC -> "lightweight RPC";
            default -> "lightweight RPC to a shadow process beside it";
            };
        }

        private ArmInfo info(String name, String title, CpuPlan plan, List<String> keys, Pricing pricing,
                Map<String, String> more) {
            Map<String, String> parameters = new TreeMap<>(more);
            parameters.put("cpus", plan.text());
            context.note("tz.cpus." + placement + "." + name, plan.text());
            return new ArmInfo(name, title, pricing.injected() ? Label.INJECTED : Label.MEASURED, parameters, keys,
                    pricing.profile());
        }

        /** The prices in use if they say what entering and leaving cost, else sourced ones; none where nothing can be priced. */
        private Optional<CostProfile> prices(BackendInfo backend, CostProfiles profiles) {
            String what = "injected arms";
            List<String> crossings = backend.crossings();
            if (crossings.isEmpty()) {
                context.skipped(what,
                        "backend %s counts no crossing: there is nothing to price".formatted(backend.name()));
                return Optional.empty();
            }
            CostProfile inUse = context.costProfile(backend.architecture());
            Optional<CostProfile> taken = Stream.concat(Stream.of(inUse), sourced(backend, profiles))
                    .filter(p -> crossings.stream().anyMatch(event -> p.price(event).isPresent()))
                    .findFirst();
            if (taken.isEmpty()) {
                context.skipped(what, "profile %s in use has no price of %s, and no other has one for %s".formatted(
                        inUse.id(), String.join(" or ", crossings), backend.architecture()));
            }
            taken.ifPresent(p -> context.note("tz.profile", p.id()));
            return taken;
        }

        /** Of this architecture, the one that is measured on a board first. */
        private static Stream<CostProfile> sourced(BackendInfo backend, CostProfiles profiles) {
            return profiles.profiles()
                    .stream()
                    .filter(p -> p.architecture().equals(backend.architecture()))
                    .sorted(Comparator.comparing((CostProfile p) -> !p.id().equals(Arms.SOURCED_PROFILE))
                            .thenComparing(CostProfile::id));
        }
    }
}

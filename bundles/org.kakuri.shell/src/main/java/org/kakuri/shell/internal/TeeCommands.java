package org.kakuri.shell.internal;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;
import org.kakuri.api.runtime.Swap;
import org.kakuri.api.runtime.SwapReport;
import org.kakuri.api.runtime.HotSwap;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.CostProfiles;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Commands about TEE backends and their prices. */
@Component(property = {"kakuri.command.scope=tee", "kakuri.command.function=list", "kakuri.command.function=info",
    "kakuri.command.function=use", "kakuri.command.function=swap", "kakuri.command.function=calibrate",
    CommandSet.LIVE + "=use", CommandSet.LIVE + "=swap", CommandSet.LIVE + "=calibrate",
    CommandSet.LIVE_IF_RUNNING + "=list", CommandSet.LIVE_IF_RUNNING + "=info",
    CommandSet.LIVE_IF_RUNNING + "=calibrate"})
public final class TeeCommands implements CommandSet {
    private final Workbench workbench;
    private final HotSwap swaps;
    private final CostProfiles profiles;

    /** Takes what the commands ask. */
    @Activate
    public TeeCommands(@Reference Workbench workbench, @Reference HotSwap swaps, @Reference CostProfiles profiles) {
        this.workbench = workbench;
        this.swaps = swaps;
        this.profiles = profiles;
    }

    /** A backend in a list. */
    public record Row(String name, boolean inUse, String architecture, BackendInfo.Inner inner, String costProfile,
            Set<Capability> capabilities) {}

    /** A backend in full. */
    public record Details(String name, String title, String architecture, BackendInfo.Inner inner,
            Set<Capability> capabilities, Map<String, Long> limits, String evidence, Map<String, String> operations,
            Map<String, String> events, Map<String, String> runtimes, List<String> sources) {}

    /** A cost profile in a list. */
    public record ProfileRow(String id, boolean inUse, String architecture, int prices, String platform,
            String title) {}

    /** A cost profile in full. */
    public record ProfileDetails(String id, String title, String platform, String architecture,
            Map<String, String> prices, List<String> note) {}

    /** Lists the backends. */
    @Descriptor("Lists the TEE backends there are and what each can do.")
    public List<Row> list() {
        String inUse = workbench.inUse().backend();
        return workbench.backends()
                .stream()
                .map(info -> new Row(info.name(), info.name().equals(inUse), info.architecture(), info.inner(),
                        profiles.inUse(info.architecture()).id(), info.capabilities()))
                .toList();
    }

    /** Shows a backend. */
    @Descriptor("Shows a TEE backend: capabilities, limits, what each operation is on its architecture, its events.")
    public Details info(@Descriptor("name of the backend") String name) {
        BackendInfo info = workbench.backend(name);
        var runtimes = new TreeMap<String, String>();
        workbench.runtimes().forEach(runtime -> {
            var cell = workbench.cell(name, runtime.name());
            runtimes.put(runtime.name(), (cell.applicable() ? "" : "N/A: ") + cell.meaning());
        });
        return new Details(info.name(), info.title(), info.architecture(), info.inner(), info.capabilities(),
                new TreeMap<>(info.limits()), info.evidenceFormat().orElse("none"), info.operations(), info.events(),
                runtimes, info.sources());
    }

    /** Puts a backend into use. */
    @Descriptor("Puts a TEE backend into use for everything that does not name one.")
    public Workbench.InUse use(@Descriptor("name of the backend") String name) {
        return workbench.useBackend(name);
    }

    /** Swaps a backend for another. */
    @Descriptor("Swaps a TEE backend for another while everything runs: new leases go to it, live sessions drain.")
    public SwapReport swap(@WordsSyntax(flags = "dry-run") @Descriptor(Swaps.USAGE) Words words) {
        return Swaps.run(swaps, Swap.Kind.BACKEND, words);
    }

    /** Lists the cost profiles. */
    @Descriptor("Lists the cost profiles, or puts one into use.")
    public List<ProfileRow> calibrate() {
        return profiles.profiles()
                .stream()
                .map(profile -> new ProfileRow(profile.id(), inUse(profile),
                        profile.architecture(), profile.prices().size(), profile.platform(), profile.title()))
                .toList();
    }

    /** Puts a cost profile into use. */
    @Descriptor("Lists the cost profiles, or puts one into use.")
    public ProfileDetails calibrate(@Descriptor("id of the profile; unpriced charges nothing") String id) {
        return details(profiles.use(id));
    }

    @Override
    public List<String> complete(String function, List<String> before, String word) {
        boolean profile = function.equals("calibrate");
        if (before.size() > (function.equals("swap") ? 1 : 0)) {
            return List.of();
        }
        return profile ? profiles.profiles().stream().map(CostProfile::id).toList()
                : workbench.backends().stream().map(BackendInfo::name).toList();
    }

    private boolean inUse(CostProfile profile) {
        return profiles.inUse(profile.architecture()).id().equals(profile.id());
    }

    private static ProfileDetails details(CostProfile profile) {
        var prices = new TreeMap<String, String>();
        profile.prices()
                .forEach((event, price) -> prices.put(event,
                        String.format(Locale.ROOT, "%s ns%s [%s, %s]%s, %s%s", number(price.ns()),
                                price.nsPerByte() > 0 ? " + " + number(price.nsPerByte()) + " ns/byte" : "",
                                number(price.low()), number(price.high()), price.verified() ? "" : ", not verified",
                                price.citation(), price.note().isEmpty() ? "" : " (" + price.note() + ")")));
        return new ProfileDetails(profile.id(), profile.title(), profile.platform(), profile.architecture(), prices,
                List.of("events that are not listed are counted and not charged; totals with them print as ≥"));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}

package org.kakuri.shell.internal;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;
import org.kakuri.api.runtime.Variant;
import org.kakuri.api.runtime.Variants;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Commands about backends that are derived as data. */
@Component(property = {"kakuri.command.scope=tee", "kakuri.command.function=derive",
    "kakuri.command.function=variants", "kakuri.command.function=drop", CommandSet.LIVE_IF_RUNNING + "=derive",
    CommandSet.LIVE_IF_RUNNING + "=variants", CommandSet.LIVE_IF_RUNNING + "=drop"})
public final class VariantCommands implements CommandSet {
    private final Workbench workbench;
    private final Variants variants;

    /** Takes what the commands ask. */
    @Activate
    public VariantCommands(@Reference Workbench workbench, @Reference Variants variants) {
        this.workbench = workbench;
        this.variants = variants;
    }

    /** Derives a backend. */
    @Descriptor("Derives a TEE backend from another as data; it is kept in workspace/variants and appears everywhere.")
    public Variant derive(
            @WordsSyntax @Descriptor("""
            BASE --name NEW [--set KEY=VALUE,...] [--price EVENT=ns,...]
            BASE             backend to derive from
            --name NEW       name of the new one
            --set K=V,...    what its platform has otherwise, for example secure.memory=64m
            --price E=ns,... what events cost on it otherwise; assumed prices, and claims on them say so""") Words words) {
        words.onlyNames(List.of("name", "set", "price"));
        String name = words.value("name").orElseThrow(() -> new UsageError("--name is missing", "see --help"));
        Variant variant = new Variant(name, words.word(0, "BASE"),
                RtCommands.pairs(words.value("set"), '=', "--set KEY=VALUE"), prices(words));
        variants.derive(variant);
        return variant;
    }

    @Override
    public List<String> complete(String function, List<String> before, String word) {
        if (!before.isEmpty()) {
            return List.of();
        }
        return function.equals("derive") ? workbench.backends().stream().map(BackendInfo::name).toList()
                : variants.variants().stream().map(Variant::name).toList();
    }

    private static Map<String, Double> prices(Words words) {
        var prices = new TreeMap<String, Double>();
        RtCommands.pairs(words.value("price"), '=', "--price EVENT=300ns").forEach((event, text) -> {
            if (!text.matches("[0-9]{1,9}(\\.[0-9]{1,3})?(ns|us)?")) {
                throw new UsageError("no price: " + text, "write for example 300ns or 1.5us");
            }
            double number = Double.parseDouble(text.replaceAll("[nu]s$", ""));
            prices.put(event, text.endsWith("us") ? number * 1000 : number);
        });
        return prices;
    }

    /** Lists the variants. */
    @Descriptor("Lists the derived TEE backends.")
    public List<Variant> variants() {
        return variants.variants();
    }

    /** Removes a variant. */
    @Descriptor("Removes a derived TEE backend; leases of it end.")
    public List<Variant> drop(@Descriptor("name of the variant") String name) {
        variants.drop(name);
        return variants.variants();
    }
}

package org.kakuri.system.attacks.internal;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.TextView;
import org.kakuri.api.command.Words;
import org.kakuri.api.runtime.Placement;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.Actor;
import org.kakuri.system.attacks.internal.Attack.Expectation;
import org.kakuri.system.attacks.internal.victim.VictimImages;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Commands about attacks. */
@Component(property = {"kakuri.command.scope=atk", "kakuri.command.function=list", "kakuri.command.function=show",
    "kakuri.command.function=run"})
public final class AtkCommands implements CommandSet {
    private static final List<String> RUN_OPTIONS = List.of("tee", "runtime", "place");

    private final Workbench workbench;
    private final AttackSuite suite;

    /** Takes what the commands ask; the victim is put in the bundle's data area. */
    @Activate
    public AtkCommands(BundleContext context, @Reference Workbench workbench) {
        this(workbench, context.getDataFile("victim").toPath());
    }

    AtkCommands(Workbench workbench, Path folder) {
        this.workbench = workbench;
        String searchPath = Optional.ofNullable(System.getenv("PATH")).orElse("");
        this.suite = new AttackSuite(workbench, new VictimImages(folder, searchPath));
    }

    /** An attack in a list. */
    public record ListRow(String name, String aim, String title) {}

    /** An attack in full. */
    public record Details(String name, String title, String attacker, Actor actor, String access, String aim,
            List<Expected> expected, String limit) implements TextView {
        @Override
        public String text() {
            var text = new StringBuilder("%s: %s%n".formatted(name, title));
            text.append("attacker  ").append(attacker).append('\n');
            text.append("access    ").append(access).append(" by ");
            text.append(actor.device().isEmpty() ? "a CPU" : "device " + actor.device()).append(", state ");
            text.append(actor.state()).append('\n').append("aims at   ").append(aim).append('\n');
            expected.forEach(row -> text.append("expected  ").append(row.text()).append('\n'));
            return text.append("limit     ").append(limit).toString();
        }
    }

    /** What is expected of backends with some capabilities; the first that fits counts. */
    public record Expected(String needs, String verdict, String checker, String basis) {
        private String text() {
            return "%s%s where %s: %s".formatted(verdict, checker.isEmpty() ? "" : " by " + checker, needs, basis);
        }
    }

    /** Lists the attacks. */
    @Descriptor("Lists the attacks, with the capability each aims at.")
    public List<ListRow> list() {
        return Attacks.ALL.stream()
                .map(attack -> new ListRow(attack.id(), attack.aim().toString(), attack.title()))
                .toList();
    }

    @Override
    public List<String> complete(String function, List<String> before, String word) {
        return before.isEmpty() ? Attacks.ALL.stream().map(Attack::id).toList() : List.of();
    }

    /** Shows an attack. */
    @Descriptor("Shows an attack: who the attacker is, and what is expected of which backend, with the basis.")
    public Details show(@Descriptor("name of the attack") String name) {
        Attack attack = Attacks.named(name);
        return new Details(attack.id(), attack.title(), attack.attacker(), attack.actor(),
                attack.write() ? "store" : "load", attack.aim().toString(),
                attack.expectations().stream().map(AtkCommands::expected).toList(), AttackReport.LIMIT);
    }

    private static Expected expected(Expectation row) {
        String needs = row.needs().isEmpty() ? "nothing of that is claimed"
                : String.join(" and ", row.needs().stream().map(Object::toString).sorted().toList());
        return new Expected(needs, row.verdict().toString(), row.checker(), row.basis());
    }

    /** Runs an attack. */
    @Descriptor("Runs an attack on backends and says what became of it; exit code 1 if that is not what was expected.")
    public AttackReport run(@Descriptor("""
            NAME [--tee A,B] [--runtime R] [--place inline|domain]
            NAME             name of the attack
            --tee A,B        backends to attack; default: all
            --runtime R      runtime that runs the victim; default: the one in use, if it runs WebAssembly
            --place WHERE    where the victim runs: domain (default), a process of its own, or inline""") Words words) {
        words.onlyNames(RUN_OPTIONS);
        Attack attack = Attacks.named(words.word(0, "the name of the attack"));
        if (words.positional().size() > 1) {
            throw new UsageError("one attack at a time: " + words.positional(), "see atk:list");
        }
        List<String> backends = words.value("tee")
                .map(names -> Arrays.stream(names.split(",")).filter(name -> !name.isBlank()).distinct().toList())
                .orElse(List.of());
        return suite.run(attack, backends, words.value("runtime").orElseGet(this::runtime), placement(words));
    }

    /** The one in use where it can show something; otherwise the first that runs WebAssembly, whose memory is the instance's. */
    private String runtime() {
        String inUse = workbench.inUse().runtime();
        List<String> modelled = workbench.runtimes()
                .stream()
                .filter(runtime -> runtime.images().contains(RuntimeImage.Kind.WASM))
                .map(RuntimeInfo::name)
                .toList();
        return modelled.isEmpty() || modelled.contains(inUse) ? inUse : modelled.getFirst();
    }

    private static Placement placement(Words words) {
        return words.value("place").map(place -> switch (place.toLowerCase(Locale.ROOT)) {
        case "inline" -> Placement.INLINE;
        case "domain" -> Placement.DOMAIN;
        default -> throw new UsageError("no such place: " + place, "write --place=inline or --place=domain");
        }).orElse(Placement.DOMAIN);
    }
}

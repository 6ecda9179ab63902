package org.kakuri.system.tzmediator.internal.ta;

import java.nio.file.Path;
import java.util.List;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.TextView;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Commands about trusted applications. */
@Component(property = {CommandSet.SCOPE + "=tz", CommandSet.FUNCTION + "=ta", CommandSet.FUNCTION + "=ps",
    CommandSet.FUNCTION + "=kill", CommandSet.LIVE + "=kill", CommandSet.LIVE_IF_RUNNING + "=ps"})
public final class TzCommands implements CommandSet {
    private static final List<String> OPTIONS = List.of("tee", "runtime", "style", "memory", "prepared", "preopen",
            "title");

    private final TaRegistry registry;

    private final TaService service;

    /** Finds the registry. */
    @Activate
    public TzCommands(@Reference TaService service, BundleContext context) {
        this.service = service;
        String workspace = context.getProperty("kakuri.workspace");
        this.registry = new TaRegistry(Path.of(workspace == null ? "workspace" : workspace));
    }

    /** A TA in a list. */
    public record Row(String name, String tee, String style, long memory, String title) {
        static Row of(TaSpec spec) {
            return new Row(spec.name(), spec.tee().orElse("two worlds"), spec.style().text(), spec.memoryBytes(),
                    spec.title());
        }
    }

    /** A TA in full. */
    public record Details(String name, String title, Path module, String sha256, String tee, String runtime,
            String style, long memory, int prepared, java.util.Map<String, Path> preopened, String start) {
        static Details of(TaSpec spec) {
            return new Details(spec.name(), spec.title(), spec.module(), spec.sha256().orElse("not registered"),
                    spec.tee().orElse("one with two worlds"), spec.runtime().orElse("one for WebAssembly"),
                    spec.style().text(), spec.memoryBytes(), spec.prepared(), spec.folders(),
                    "kakuri-ta " + spec.name() + " ARGUMENT...");
        }
    }

    /** What became of a TA. */
    public record Done(String text) implements TextView {}

    /** Registers TAs and shows them. */
    @Descriptor("Lists, describes, adds and removes the trusted applications (TAs) that kakuri-ta starts.")
    public Object ta(@WordsSyntax @Descriptor("""
            list | describe NAME | add NAME FILE.wasm [OPTION...] | remove NAME
            --tee NAME       backend; default is one with two worlds
            --runtime NAME   runtime; default is one for WebAssembly modules
            --style STYLE    polling, rpc or adaptive (default)
            --memory SIZE    most memory; default is 16m
            --prepared N     places in the secure world opened beforehand, from the first start on; default 0
            --preopen H:T    a host folder the TA sees as T; several separated by commas
            --title TEXT     one line about it""") Words words) {
        words.onlyNames(OPTIONS);
        String verb = words.positional().isEmpty() ? "list" : words.word(0, "list, describe, add or remove");
        return switch (verb) {
        case "list" -> registry.all().values().stream().map(Row::of).toList();
        case "describe" -> Details.of(registry.find(words.word(1, "NAME"), Path.of("")));
        case "add" ->
            Details.of(registry.add(words.word(1, "NAME"), Path.of(words.word(2, "FILE.wasm")), words.named()));
        case "remove" -> {
            registry.remove(words.word(1, "NAME"));
            yield new Done("TA " + words.word(1, "NAME") + " is no longer registered");
        }
        default -> throw new UsageError("tz:ta does not know " + verb, "write list, describe, add or remove");
        };
    }

    /** Lists the TAs that run. */
    @Descriptor("Lists the trusted applications that run: shadow process, CA, secure world, calls; and those whose shadow lied.")
    public List<RunningTa> ps() {
        return service.running();
    }

    /** Kills a TA. */
    @Descriptor("Kills a trusted application and its shadow process.")
    public Done kill(@Descriptor("number of the shadow process, see tz:ps") int shadow) {
        RunningTa killed = service.kill(shadow);
        return new Done("TA %s, shadow process %d, was killed".formatted(killed.name(), killed.shadow()));
    }
}

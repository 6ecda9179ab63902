package org.kakuri.shell.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.Observability;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.Foreground;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.command.TextView;
import org.kakuri.api.command.WorkingDirectory;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;
import org.kakuri.api.runtime.Command;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.SessionReport;
import org.kakuri.api.runtime.Swap;
import org.kakuri.api.runtime.SwapReport;
import org.kakuri.api.runtime.HotSwap;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.CostProfiles;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Commands about isolation runtimes. */
@Component(property = {"kakuri.command.scope=rt", "kakuri.command.function=list", "kakuri.command.function=info",
    "kakuri.command.function=use", "kakuri.command.function=swap", "kakuri.command.function=run",
    "kakuri.command.function=syscalls",
    CommandSet.LIVE + "=use", CommandSet.LIVE + "=swap", CommandSet.LIVE_IF_RUNNING + "=list",
    CommandSet.LIVE_IF_RUNNING + "=info"})
public final class RtCommands implements CommandSet {
    private static final List<String> RUN_OPTIONS = Stream.concat(Foreground.OPTIONS.stream(), Stream.of("dir"))
            .toList();

    private final Workbench workbench;
    private final HotSwap swaps;
    private final ForegroundRuns foreground;
    private volatile GuestRun last;

    /** Takes what the commands ask. */
    @Activate
    public RtCommands(@Reference Workbench workbench, @Reference HotSwap swaps, @Reference CostProfiles profiles) {
        this.foreground = new ForegroundRuns(workbench, profiles);
        this.workbench = workbench;
        this.swaps = swaps;
    }

    /** A runtime in a list. */
    public record Row(String name, boolean inUse, Set<RuntimeImage.Kind> images, Size memoryLimit, String title) {}

    /** A runtime in full. */
    public record Details(String name, String title, Set<RuntimeImage.Kind> images, Set<Capability> needs,
            Size memoryLimit, Map<String, Observability> observability, Map<String, String> options,
            Map<String, String> backends) {}

    /** Lists the runtimes. */
    @Descriptor("Lists the isolation runtimes there are.")
    public List<Row> list() {
        String inUse = workbench.inUse().runtime();
        return workbench.runtimes()
                .stream()
                .map(info -> new Row(info.name(), info.name().equals(inUse), info.images(),
                        new Size(info.memoryLimit()), info.title()))
                .toList();
    }

    /** Shows a runtime. */
    @Descriptor("Shows an isolation runtime: images, needs, what it sees, what it stands for on each backend.")
    public Details info(@Descriptor("name of the runtime") String name) {
        RuntimeInfo info = workbench.runtime(name);
        var backends = new TreeMap<String, String>();
        workbench.backends().forEach(backend -> {
            var cell = workbench.cell(backend.name(), name);
            backends.put(backend.name(), (cell.applicable() ? "" : "N/A: ") + cell.meaning());
        });
        return new Details(info.name(), info.title(), info.images(), info.needs(), new Size(info.memoryLimit()),
                info.observability(), info.options(), backends);
    }

    /** Puts a runtime into use. */
    @Descriptor("Puts an isolation runtime into use for everything that does not name one.")
    public Workbench.InUse use(@Descriptor("name of the runtime") String name) {
        return workbench.useRuntime(name);
    }

    /** Swaps a runtime for another. */
    @Descriptor("Swaps an isolation runtime for another while everything runs: new leases go to it, live sessions drain.")
    public SwapReport swap(@WordsSyntax(flags = "dry-run") @Descriptor(Swaps.USAGE) Words words) {
        return Swaps.run(swaps, Swap.Kind.RUNTIME, words);
    }

    /** Runs a program. */
    @Descriptor("Runs a program in an isolation runtime, on the backend in use or the one named.")
    public GuestRun run(@WordsSyntax(flags = {"domain", "events"}) @Descriptor("""
            RUNTIME IMAGE [OPTION...] [-- ARGUMENT...]
            RUNTIME          name of the runtime
            IMAGE            what to run: a WebAssembly module; a program; or a root file system as a folder or tar file,
                             / for this machine's own, and then -- PROGRAM ARGUMENT...
            --tee NAME       backend; default is the one in use
            --domain         run in a domain host, a process of its own, instead of this one
            --memory SIZE    most memory, for example 256m
            --dir HOST:GUEST a host folder the guest sees; several separated by commas
            --env NAME=VALUE environment; several separated by commas
            --option N=V     option of the runtime (see rt:info); several separated by commas
            --timeout S      give up after so many seconds
            --mode MODE      of library operating systems: fidelity (every call seen) or fast
            --events         print the architectural events when it has ended
            --trace cost     print where the time went when it has ended""") Words words) {
        words.onlyNames(RUN_OPTIONS);
        RuntimeInfo runtime = workbench.runtime(words.word(0, "RUNTIME"));
        Path file = WorkingDirectory.resolve(words.word(1, "IMAGE"));
        if (words.positional().size() > 2) {
            throw new UsageError("too many words: " + words.positional().subList(2, words.positional().size()),
                    "arguments of the program follow a lone --");
        }
        RuntimeImage image = image(runtime, file);
        last = foreground.run(runtime.name(), image, command(argv(image, words), words), words, Map.of());
        return last;
    }

    /** Shows the system calls of a program. */
    @Descriptor("Shows which system calls a program made, and what became of them.")
    public SystemCalls syscalls(@WordsSyntax(flags = {"domain", "events"}) @Descriptor("""
            [RUNTIME IMAGE [OPTION...] [-- ARGUMENT...]]
            as for rt:run, which it does first; without anything: of the last rt:run of this shell""") Words words) {
        if (!words.positional().isEmpty()) {
            run(words);
        }
        GuestRun shown = last;
        if (shown == null) {
            throw new UsageError("nothing was run in this shell yet", "write rt:syscalls RUNTIME IMAGE -- ARGUMENT...");
        }
        if (shown.report().calls().isEmpty()) {
            throw new Unsupported("runtime %s saw no system calls".formatted(shown.runtime()),
                    "use a library operating system in mode fidelity");
        }
        return new SystemCalls(shown.report().calls(), shown.report().notes(), shown.exitCode());
    }

    /**
     * System calls of a program.
     *
     * @param calls a row for each
     * @param notes what a reader must know
     * @param exitCode the program's status
     */
    public record SystemCalls(List<SessionReport.Call> calls, List<String> notes,
            int exitCode) implements Outcome, TextView {
        @Override
        public String text() {
            return Tables.table(calls) + notes.stream().map(note -> "\nnote: " + note).collect(Collectors.joining());
        }
    }

    @Override
    public List<String> complete(String function, List<String> before, String word) {
        return before.size() > (function.equals("swap") ? 1 : 0) ? List.of()
                : workbench.runtimes().stream().map(RuntimeInfo::name).toList();
    }

    private static List<String> argv(RuntimeImage image, Words words) {
        boolean single = image.kind() == RuntimeImage.Kind.WASM || image.kind() == RuntimeImage.Kind.PROGRAM;
        if (!single && words.rest().isEmpty()) {
            throw new UsageError("%s holds more than one program".formatted(image.path()), "say which one: -- PROGRAM");
        }
        List<String> argv = new ArrayList<>(
                single ? List.of(image.path().getFileName().toString()) : List.<String>of());
        argv.addAll(words.rest());
        return argv;
    }

    /** Returns what a file or folder is an image of, for that runtime. */
    static RuntimeImage image(RuntimeInfo runtime, Path file) {
        if (Files.isDirectory(file) && runtime.images().contains(RuntimeImage.Kind.ROOT_FOLDER)) {
            boolean layout = Files.isRegularFile(file.resolve("oci-layout"))
                    && runtime.images().contains(RuntimeImage.Kind.OCI_LAYOUT);
            return new RuntimeImage(layout ? RuntimeImage.Kind.OCI_LAYOUT : RuntimeImage.Kind.ROOT_FOLDER, file);
        }
        if (!Files.isRegularFile(file)) {
            throw new UsageError("no such file: " + file, "give the path of what to run");
        }
        boolean archive = file.getFileName().toString().matches(".*\\.(tar|tar\\.gz|tgz|tar\\.xz)")
                && runtime.images().contains(RuntimeImage.Kind.ROOT_TAR);
        RuntimeImage.Kind kind = archive ? RuntimeImage.Kind.ROOT_TAR
                : runtime.images().contains(RuntimeImage.Kind.WASM) ? RuntimeImage.Kind.WASM
                        : RuntimeImage.Kind.PROGRAM;
        return new RuntimeImage(kind, file);
    }

    private static Command command(List<String> argv, Words words) {
        var folders = new LinkedHashMap<String, Path>();
        pairs(words.value("dir"), ':', "--dir HOST:GUEST").forEach((host, guest) -> folders.put(guest, folder(host)));
        return new Command(argv, Map.of(), List.of(), folders);
    }

    private static Path folder(String host) {
        Path path = WorkingDirectory.resolve(host);
        if (!Files.isDirectory(path)) {
            throw new UsageError("no such folder: " + host, "");
        }
        return path;
    }

    /** Reads {@code A=B,C=D}. */
    static Map<String, String> pairs(Optional<String> text, char separator, String usage) {
        var pairs = new LinkedHashMap<String, String>();
        for (String pair : text.map(t -> t.split(",")).orElse(new String[0])) {
            int at = pair.indexOf(separator);
            if (at <= 0) {
                throw new UsageError("not understood: " + pair, "write " + usage);
            }
            pairs.put(pair.substring(0, at), pair.substring(at + 1));
        }
        return pairs;
    }
}

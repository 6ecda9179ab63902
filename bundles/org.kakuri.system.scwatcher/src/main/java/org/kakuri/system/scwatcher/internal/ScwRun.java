package org.kakuri.system.scwatcher.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.Foreground;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.vm.GuestSpec;
import org.kakuri.api.vm.Introspection;
import org.kakuri.api.vm.VirtualMachine;
import org.kakuri.api.vm.VirtualMachines;
import org.kakuri.system.scwatcher.internal.fetch.Fetching;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code scw:run}: an unmodified program of this machine sees the guest's /proc, and its files. */
@Component(property = {"kakuri.command.scope=scw", "kakuri.command.function=run", CommandSet.LIVE_IF_RUNNING + "=run"})
public final class ScwRun implements CommandSet {
    private static final List<String> OPTIONS = Stream.concat(Foreground.OPTIONS.stream(),
            Stream.of("machine", "runtime", "files", "fetch")).toList();
    private static final AtomicInteger BOOTED = new AtomicInteger();

    private final BundleContext context;
    private final Workbench workbench;
    private final Foreground foreground;
    private final VirtualMachines machines;
    private final Introspection introspection;
    private final Watching watching;

    /** Takes what runs programs, and what is watched. */
    @Activate
    public ScwRun(BundleContext context, @Reference Workbench workbench, @Reference Foreground foreground,
            @Reference VirtualMachines machines, @Reference Introspection introspection,
            @Reference Watching watching) {
        this.context = context;
        this.workbench = workbench;
        this.foreground = foreground;
        this.machines = machines;
        this.introspection = introspection;
        this.watching = watching;
    }

    /** Runs a program. */
    @Descriptor("Runs a program of this machine, unmodified, which finds a guest's /proc, and its files, instead of this machine's.")
    public Outcome run(@WordsSyntax(flags = {"domain", "events", "boot"}) @Descriptor("""
            [OPTION...] -- PROGRAM [ARGUMENT...]
            --machine NAME   which guest; default: the one of scw:use, or the only one
            --boot           boot a guest for this command alone
            --runtime NAME   isolation runtime; default: the one in use, if it runs programs
            --tee NAME       backend; default is the one in use
            --files FOLDER   put the guest's own files there, read-only; an empty folder such as /mnt
            --fetch HOW      when the guest's memory is fetched into the enclave: cached (default), batched, per-field
            --memory SIZE    most memory, for example 256m
            --env NAME=VALUE environment; several separated by commas
            --option N=V     option of the runtime (see rt:info); several separated by commas
            --timeout S      give up after so many seconds
            --domain         run in a domain host, a process of its own
            --events         print the architectural events when it has ended
            --trace cost     print where the time went when it has ended""") Words words) {
        words.onlyNames(OPTIONS);
        if (words.rest().isEmpty() || !words.positional().isEmpty()) {
            throw new UsageError("no program to run", "write scw:run -- ps -ef");
        }
        RuntimeInfo runtime = runtime(words);
        Fetching fetching = fetching(words.value("fetch").orElse("cached"));
        Optional<Path> files = words.value("files").map(ScwRun::folder);
        if (!words.flags().contains("boot")) {
            var machine = Watched.choose(machines, words.value("machine").orElse(watching.machine()));
            return run(machine, runtime, fetching, files, words);
        }
        try (VirtualMachine booted = machines.start(GuestSpec.of("scw-run-" + BOOTED.incrementAndGet()))) {
            return run(booted, runtime, fetching, files, words);
        }
    }

    private Outcome run(VirtualMachine machine, RuntimeInfo runtime, Fetching fetching, Optional<Path> files,
            Words words) {
        try (Sight sight = Sight.serves(runtime)
                ? Sight.served(context, machine, introspection, fetching, _ -> {}, files.isPresent())
                : Sight.mounted(machine, introspection, files.isPresent())) {
            Sight.Run run = sight.of(words.rest(), files.orElse(Path.of("/mnt")));
            return foreground.run(runtime.name(), new RuntimeImage(RuntimeImage.Kind.PROGRAM, run.program()),
                    run.command(), words, run.options());
        }
    }

    private RuntimeInfo runtime(Words words) {
        if (words.value("runtime").isPresent()) {
            return able(workbench.runtime(words.named().get("runtime")));
        }
        List<RuntimeInfo> all = new ArrayList<>(List.of(workbench.runtime(workbench.inUse().runtime())));
        all.addAll(workbench.runtimes());
        String backend = words.value("tee").orElseGet(() -> workbench.inUse().backend());
        return all.stream()
                .filter(info -> info.images().contains(RuntimeImage.Kind.PROGRAM))
                .filter(info -> workbench.cell(backend, info.name()).applicable())
                .findFirst()
                .orElseThrow(() -> new Unsupported("no runtime runs programs on backend " + backend, "see sys:matrix"));
    }

    private static RuntimeInfo able(RuntimeInfo info) {
        if (!info.images().contains(RuntimeImage.Kind.PROGRAM)) {
            throw new Unsupported("runtime %s runs no programs of this machine".formatted(info.name()),
                    "rt:list shows which do");
        }
        return info;
    }

    private static Fetching fetching(String word) {
        for (Fetching one : Fetching.values()) {
            if (one.name().replace('_', '-').toLowerCase(Locale.ROOT).equals(word)) {
                return one;
            }
        }
        throw new UsageError("--fetch has no value " + word, "one of cached, batched, per-field");
    }

    private static Path folder(String name) {
        Path folder = Path.of(name);
        if (!folder.isAbsolute() || !Files.isDirectory(folder)) {
            throw new UsageError("--files %s is no folder".formatted(name), "name an empty one, for example /mnt");
        }
        return folder.normalize();
    }

    @Override
    public List<String> complete(String function, List<String> before, String word) {
        return !before.isEmpty() && before.getLast().equals("--machine")
                ? machines.machines().stream().map(machine -> machine.info().name()).toList()
                : List.of();
    }
}

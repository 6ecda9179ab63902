package org.kakuri.engine.internal.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.WorkingDirectory;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Parameter;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.engine.Engine;
import org.kakuri.engine.Reproduction;
import org.kakuri.engine.RunOptions;
import org.kakuri.engine.RunRequest;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Commands about experiments. */
@Component(property = {"kakuri.command.scope=exp", "kakuri.command.function=list", "kakuri.command.function=show",
    "kakuri.command.function=run", "kakuri.command.function=reproduce", "kakuri.command.function=check",
    CommandSet.LIVE_IF_RUNNING + "=list", CommandSet.LIVE_IF_RUNNING + "=show"})
public final class ExpCommands implements CommandSet {
    private static final Set<String> OPTIONS = Set.of("blocks", "iterations", "warmup", "timeout", "seed");

    private final Engine engine;
    private final Workbench workbench;

    /** Takes what the commands ask. */
    @Activate
    public ExpCommands(@Reference Engine engine, @Reference Workbench workbench) {
        this.engine = engine;
        this.workbench = workbench;
    }

    /** An experiment in a list. */
    public record Row(String id, String title, int claims, List<String> parameters, Optional<String> problem) {}

    /** Lists the experiments. */
    @Descriptor("Lists the experiments there are, and experiment files that cannot be used.")
    public List<Row> list() {
        var good = engine.experiments()
                .stream()
                .map(info -> new Row(info.id(), info.title(), info.claims().size(),
                        info.parameters().stream().map(parameter -> parameter.name()).toList(), Optional.empty()));
        var broken = engine.broken()
                .stream()
                .map(file -> new Row(file.file(), "cannot be used: exp:check " + file.file(), 0, List.of(),
                        Optional.of(file.problems().getFirst())));
        return Stream.concat(good, broken).toList();
    }

    /** Shows an experiment. */
    @Descriptor("Shows an experiment: its question, parameters with defaults and ranges, and claims.")
    public ExperimentSheet show(@Descriptor("id of the experiment, for example tz/ipc") String id) {
        return new ExperimentSheet(engine.show(here(id)));
    }

    /** Checks an experiment file. */
    @Descriptor("Checks an experiment file: says what it describes, or every error with line and column.")
    public CheckView check(@Descriptor("path of the file, or its name in workspace/experiments") String file) {
        return new CheckView(engine.check(here(file)));
    }

    /** Runs an experiment. */
    @Descriptor("Runs an experiment over a sweep, judges its claims and keeps the result.")
    public ReportView run(@WordsSyntax(flags = "strict", assignments = true) @Descriptor("""
            ID [PARAMETER=VALUE,...]... [OPTION...]
            ID               id of the experiment (exp:list), or path of a .yaml file; parameters: exp:show ID
            size=1,64,4k     values of a parameter, separated by commas; --size 1,64,4k is the same
            --blocks N       measured blocks of each arm at each point
            --iterations N   samples in a block; chosen by time if left out
            --warmup N       blocks before measuring
            --timeout S      seconds a trial may take
            --seed N         order of arms; recorded in any case
            --strict         a missed reproduces claim fails too""") Words words) {
        String id = here(words.word(0, "ID"));
        ExperimentInfo info = engine.show(id);
        Map<String, String> parameters = new LinkedHashMap<>(words.named());
        parameters.keySet().removeAll(OPTIONS);
        String line = words.named()
                .entrySet()
                .stream()
                .map(e -> (OPTIONS.contains(e.getKey()) ? "--" : "")
                        + e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(" ", "exp:run " + id + " ", ""));
        return Watched.run(info.id(), options(words, line.strip()),
                (options, progress) -> new ReportView(engine,
                        engine.run(new RunRequest(id, parameters, options), progress)));
    }

    /** Runs every experiment that has claims. */
    @Descriptor("Runs every experiment that has claims, with default parameters.")
    public ReproductionView reproduce(@WordsSyntax(flags = "strict") @Descriptor("""
            [OPTION...]
            --blocks N       measured blocks of each arm at each point
            --timeout S      seconds a trial may take
            --seed N         order of arms; recorded in any case
            --strict         a missed reproduces claim fails too""") Words words) {
        words.onlyNames(OPTIONS);
        return Watched.run("reproduce", options(words, "exp:reproduce"), (options, progress) -> {
            Reproduction all = engine.reproduce(options, progress);
            return new ReproductionView(all.runs().stream().map(run -> new ReportView(engine, run)).toList(),
                    all.left(), all.exitCode());
        });
    }

    @Override
    public List<String> complete(String function, List<String> before, String word) {
        if (function.equals("reproduce") || !function.equals("run") && !before.isEmpty()) {
            return List.of();
        }
        if (before.isEmpty()) {
            return engine.experiments().stream().map(ExperimentInfo::id).toList();
        }
        return engine.show(here(before.getFirst())).parameters().stream().flatMap(this::assignments).toList();
    }

    /** What can be written for a parameter; of a number its default, which shows how one is written. */
    private Stream<String> assignments(Parameter parameter) {
        List<String> values = switch (parameter.kind()) {
        case BACKEND -> workbench.backends().stream().map(BackendInfo::name).toList();
        case RUNTIME -> workbench.runtimes().stream().map(RuntimeInfo::name).toList();
        case CHOICE -> parameter.allowed();
        case NUMBER, SIZE, TEXT -> List.of(String.join(",", parameter.defaults()));
        };
        return values.stream().map(value -> parameter.name() + "=" + value);
    }

    /** Returns the path of an experiment file that lies where the command was typed; anything else as it is. */
    private static String here(String id) {
        if (!id.endsWith(".yaml")) {
            return id;
        }
        Path file = WorkingDirectory.resolve(id);
        return Files.exists(file) ? file.toString() : id;
    }

    private static RunOptions options(Words words, String line) {
        RunOptions options = RunOptions.DEFAULT.withStrict(words.flags().contains("strict")).withCommandLine(line);
        options = words.number("blocks").map(Math::toIntExact).map(options::withBlocks).orElse(options);
        options = words.number("iterations").map(Math::toIntExact).map(options::withIterations).orElse(options);
        options = words.number("warmup").map(Math::toIntExact).map(options::withWarmup).orElse(options);
        options = words.number("timeout").map(Duration::ofSeconds).map(options::withTimeout).orElse(options);
        return words.number("seed").map(options::withSeed).orElse(options);
    }
}

package org.kakuri.engine.internal;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.kakuri.api.KakuriException;
import org.kakuri.api.UsageError;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.CostProfile;
import org.kakuri.api.tee.CostProfiles;
import org.kakuri.engine.Engine;
import org.kakuri.engine.ExperimentCheck;
import org.kakuri.engine.ProgressListener;
import org.kakuri.engine.Reproduction;
import org.kakuri.engine.ResultSummary;
import org.kakuri.engine.RunOptions;
import org.kakuri.engine.RunReport;
import org.kakuri.engine.RunRequest;
import org.kakuri.engine.internal.guest.Variant;
import org.kakuri.engine.internal.record.RunFolder;
import org.kakuri.engine.internal.record.RunSpec;
import org.kakuri.engine.internal.record.RunWriter;
import org.kakuri.engine.internal.report.Analysis;
import org.kakuri.engine.internal.report.Figures;
import org.kakuri.engine.internal.report.JsonReport;
import org.kakuri.engine.internal.report.SummaryCsv;
import org.kakuri.engine.internal.report.TextReport;
import org.kakuri.engine.internal.run.Campaign;
import org.kakuri.engine.internal.run.Environment;
import org.kakuri.engine.internal.run.Sweep;
import org.kakuri.engine.internal.yaml.ExperimentFile;
import org.kakuri.engine.internal.yaml.ExperimentFiles;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** The engine as a service. Experiments come and go; core stays. */
@Component
public final class ExperimentEngine implements Engine {
    /** Framework property. String. Folder of the workspace. Default: {@code workspace} in the current folder. */
    static final String WORKSPACE = "kakuri.workspace";

    private final Experiments experiments;
    private final Workbench workbench;
    private final Path workspace;
    private final Results results;
    private final Supplier<Map<String, String>> bundles;
    private volatile CostProfiles profiles;
    private volatile boolean stopped;

    /** Called by Declarative Services. */
    @Activate
    public ExperimentEngine(BundleContext context, @Reference Workbench workbench) {
        this(workbench, workspace(context), () -> BundleDigests.of(context));
    }

    ExperimentEngine(Workbench workbench, Path workspace, Supplier<Map<String, String>> bundles) {
        this.workbench = workbench;
        this.workspace = workspace;
        this.bundles = bundles;
        experiments = new Experiments(new ExperimentFiles(workspace));
        results = new Results(workspace.resolve("results"));
    }

    /** Ends the runs that go on: their results are then incomplete. */
    @Deactivate
    void stop() {
        stopped = true;
    }

    private static Path workspace(BundleContext context) {
        String folder = context.getProperty(WORKSPACE);
        return Path.of(folder == null ? "workspace" : folder).toAbsolutePath().normalize();
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindExperiment(Experiment experiment) {
        experiments.add(experiment);
    }

    void unbindExperiment(Experiment experiment) {
        experiments.remove(experiment);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindProfiles(CostProfiles service) {
        profiles = service;
    }

    void unbindProfiles(CostProfiles service) {
        if (profiles == service) {
            profiles = null;
        }
    }

    /** Returns the profile in use; while nobody has cost profiles, the one that charges nothing and says so. */
    private CostProfile profile(String architecture) {
        CostProfiles present = profiles;
        return present == null ? CostProfile.UNPRICED : present.inUse(architecture);
    }

    @Override
    public List<ExperimentInfo> experiments() {
        return experiments.infos();
    }

    @Override
    public List<ExperimentCheck> broken() {
        return experiments.broken().stream().map(file -> check(file, file.problems())).toList();
    }

    @Override
    public ExperimentCheck check(String name) {
        ExperimentFile file = experiments.file(name);
        List<String> problems = file.problems();
        if (file.experiment().isPresent()) {
            ExperimentInfo info = file.experiment().get().info();
            try {
                var sweep = Sweep.of(info, Map.of(), workbench);
                return new ExperimentCheck(file.name(), problems, Optional.of(info),
                        file.experiment().get().workload().variants().stream().map(Variant::name).toList(),
                        sweep.points().size(), sweep.skipped());
            } catch (UsageError tooMuch) {
                problems = List.of(file.name() + ":1:1: " + tooMuch.getMessage() + "; " + tooMuch.remedy());
            }
        }
        return check(file, problems);
    }

    private static ExperimentCheck check(ExperimentFile file, List<String> problems) {
        return new ExperimentCheck(file.name(), problems, Optional.empty(), List.of(), 0, List.of());
    }

    @Override
    public ExperimentInfo show(String id) {
        return experiments.find(id).info();
    }

    @Override
    public RunReport run(RunRequest request, ProgressListener progress) {
        Experiment experiment = experiments.find(request.experiment());
        ExperimentInfo info = experiment.info();
        var sweep = Sweep.of(info, request.parameters(), workbench);
        RunOptions options = request.options();
        Instant started = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        Path folder = RunFolder.create(results.root(), info.id(), started);
        var spec = new RunSpec(Results.id(folder), started, info, sweep.values(), sweep.unsourced(),
                sweep.points().size(), sweep.skipped(), options.blocks(), options.iterations(), options.warmup(),
                options.timeout().toMillis(), options.strict(),
                options.seed().orElseGet(() -> new SplittableRandom().nextLong(1L << 32)),
                options.commandLine().isEmpty() ? commandLine(info, sweep) : options.commandLine(), bundles.get());
        BooleanSupplier present = () -> experiments.contains(experiment);
        try (var writer = new RunWriter(folder, spec, Environment.capture())) {
            new Campaign(workbench, this::profile, workspace).run(experiment, present, spec, sweep.points(),
                    () -> stopped || options.cancellation().cancelled(), progress, writer);
            writer.environment("load.after", Environment.load());
            RunReport report = Analysis.report(writer.record());
            RunFolder.write(folder.resolve(RunFolder.SUMMARY), SummaryCsv.of(report));
            RunFolder.write(folder.resolve(RunFolder.CLAIMS), JsonReport.claims(report));
            Figures.write(report, info.figure());
            return Analysis.withFigures(report);
        } catch (UsageError objection) {
            RunFolder.remove(folder);
            throw objection;
        }
    }

    private static String commandLine(ExperimentInfo info, Sweep sweep) {
        return "exp:run " + info.id() + sweep.values()
                .entrySet()
                .stream()
                .filter(each -> !each.getValue().isEmpty())
                .map(each -> " " + each.getKey() + "=" + String.join(",", each.getValue()))
                .collect(Collectors.joining());
    }

    @Override
    public Reproduction reproduce(RunOptions options, ProgressListener progress) {
        List<ExperimentInfo> claiming = experiments().stream().filter(info -> !info.claims().isEmpty()).toList();
        if (claiming.isEmpty()) {
            throw new KakuriException("no experiment has claims to reproduce", "see exp:list and sys:list");
        }
        List<RunReport> runs = new ArrayList<>();
        List<String> left = new ArrayList<>();
        for (ExperimentInfo info : claiming) {
            if (options.cancellation().cancelled()) {
                left.add(info.id());
            } else {
                runs.add(run(new RunRequest(info.id(), Map.of(), options), progress));
            }
        }
        return new Reproduction(runs, left, options.strict());
    }

    @Override
    public List<ResultSummary> results() {
        return results.list();
    }

    @Override
    public RunReport result(String id) {
        return results.report(id);
    }

    @Override
    public String json(RunReport report) {
        return JsonReport.of(report);
    }

    @Override
    public String text(RunReport report) {
        return TextReport.of(report);
    }
}

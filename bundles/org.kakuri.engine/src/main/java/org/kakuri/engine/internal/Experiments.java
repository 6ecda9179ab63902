package org.kakuri.engine.internal;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.kakuri.api.UsageError;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.engine.internal.guest.GuestExperiment;
import org.kakuri.engine.internal.yaml.ExperimentFile;
import org.kakuri.engine.internal.yaml.ExperimentFiles;

/** The experiments there are: services, which come and go with their bundles, and files, which come and go as they like. */
final class Experiments {
    private final List<Experiment> services = new CopyOnWriteArrayList<>();
    private final ExperimentFiles files;

    Experiments(ExperimentFiles files) {
        this.files = files;
    }

    void add(Experiment experiment) {
        services.add(experiment);
    }

    void remove(Experiment experiment) {
        services.removeIf(each -> each == experiment);
    }

    /** Returns whether an experiment can still be measured: a file was read as a whole and is not needed any more. */
    boolean contains(Experiment experiment) {
        return experiment instanceof GuestExperiment || services.stream().anyMatch(each -> each == experiment);
    }

    List<ExperimentInfo> infos() {
        return Stream.concat(services.stream(), files().stream().flatMap(file -> file.experiment().stream()))
                .map(Experiment::info)
                .sorted(Comparator.comparing(ExperimentInfo::id))
                .toList();
    }

    /** Returns the files that cannot be used. */
    List<ExperimentFile> broken() {
        return files().stream().filter(file -> file.experiment().isEmpty()).toList();
    }

    /**
     * Returns a file, by its path or its name in the folder of experiments.
     *
     * @throws UsageError if there is none
     */
    ExperimentFile file(String name) {
        try {
            Path path = Path.of(name);
            Path inFolder = files.folder().resolve(name).normalize();
            if (Files.exists(path) && !path.toAbsolutePath().normalize().getParent().equals(files.folder())) {
                return files.read(path);
            }
            Path wanted = Files.exists(path) ? path.toAbsolutePath().normalize() : inFolder;
            return files().stream()
                    .filter(file -> file.path().equals(wanted))
                    .findFirst()
                    .or(() -> Files.exists(wanted)
                            ? Optional.of(files.read(wanted))
                            : Optional.empty())
                    .orElseThrow(() -> new UsageError("there is no file " + path.toAbsolutePath().normalize()
                            + (path.isAbsolute() ? "" : " and no " + inFolder), "give the path of an experiment file"));
        } catch (InvalidPathException bad) {
            throw new UsageError("'" + name + "' is no path: " + bad.getReason(), "", bad);
        }
    }

    /** Returns an experiment by its id or its file; of two services with one id the one that came first. */
    Experiment find(String id) {
        if (id.endsWith(ExperimentFiles.SUFFIX)) {
            return usable(file(id));
        }
        var service = services.stream().filter(each -> each.info().id().equals(id)).findFirst();
        if (service.isPresent()) {
            return service.get();
        }
        List<ExperimentFile> here = files();
        return here.stream()
                .filter(file -> file.id().filter(id::equals).isPresent())
                .sorted(Comparator.comparing(file -> file.experiment().isEmpty()))
                .findFirst()
                .map(Experiments::usable)
                .orElseThrow(() -> unknown(id, here));
    }

    private UsageError unknown(String id, List<ExperimentFile> here) {
        List<String> ids = infos().stream().map(ExperimentInfo::id).toList();
        List<String> broken = here.stream()
                .filter(file -> file.experiment().isEmpty())
                .map(ExperimentFile::name)
                .toList();
        String also = broken.isEmpty() ? "" : "; " + String.join(", ", broken) + " cannot be used: exp:check";
        return new UsageError("there is no experiment " + id + Nearest.hint(id, ids),
                (ids.isEmpty() ? "none is installed" : "see exp:list") + also);
    }

    private static Experiment usable(ExperimentFile file) {
        return file.experiment()
                .orElseThrow(() -> new UsageError(
                        "experiment file %s cannot be used: %s%s".formatted(file.name(), file.problems().getFirst(),
                                file.problems().size() == 1 ? "" : " (and " + (file.problems().size() - 1) + " more)"),
                        "see exp:check " + file.path()));
    }

    /** Returns the files of the workspace; one whose id is taken already cannot be used. */
    private List<ExperimentFile> files() {
        Map<String, String> taken = new HashMap<>();
        services.forEach(each -> taken.put(each.info().id(), "an installed experiment"));
        List<ExperimentFile> all = new ArrayList<>();
        for (ExperimentFile file : files.all()) {
            String owner = file.experiment().isEmpty() ? null : taken.putIfAbsent(file.id().orElseThrow(), file.name());
            all.add(owner == null
                    ? file
                    : file.with("id: " + file.id().orElseThrow() + " is the id of " + owner
                            + " already; take another"));
        }
        return all;
    }
}

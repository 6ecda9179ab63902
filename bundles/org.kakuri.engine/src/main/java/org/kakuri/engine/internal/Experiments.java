package org.kakuri.engine.internal;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.kakuri.api.UsageError;
import org.kakuri.api.experiment.Experiment;
import org.kakuri.api.experiment.ExperimentInfo;

/** The experiments there are. They come and go with their bundles. */
final class Experiments {
    private final List<Experiment> present = new CopyOnWriteArrayList<>();

    void add(Experiment experiment) {
        present.add(experiment);
    }

    void remove(Experiment experiment) {
        present.removeIf(each -> each == experiment);
    }

    boolean contains(Experiment experiment) {
        return present.stream().anyMatch(each -> each == experiment);
    }

    List<ExperimentInfo> infos() {
        return present.stream().map(Experiment::info).sorted(Comparator.comparing(ExperimentInfo::id)).toList();
    }

    /** Returns an experiment; of two with one id the one that came first. */
    Experiment find(String id) {
        return present.stream().filter(each -> each.info().id().equals(id)).findFirst().orElseThrow(() -> {
            List<String> ids = infos().stream().map(ExperimentInfo::id).toList();
            return new UsageError("there is no experiment " + id + Nearest.hint(id, ids),
                    ids.isEmpty() ? "none is installed" : "see exp:list");
        });
    }
}

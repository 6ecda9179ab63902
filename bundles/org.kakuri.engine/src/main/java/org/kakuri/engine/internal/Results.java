package org.kakuri.engine.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.kakuri.api.KakuriException;
import org.kakuri.api.UsageError;
import org.kakuri.engine.ResultSummary;
import org.kakuri.engine.RunReport;
import org.kakuri.engine.internal.record.Entry.Status;
import org.kakuri.engine.internal.record.RunFolder;
import org.kakuri.engine.internal.record.RunReader;
import org.kakuri.engine.internal.record.RunRecord;
import org.kakuri.engine.internal.report.Analysis;

/** The result folders below one root. The id of a result is the name of its experiment's folder and its own: {@code tz-ipc/…}. */
final class Results {
    private final Path root;

    Results(Path root) {
        this.root = root;
    }

    Path root() {
        return root;
    }

    static String id(Path folder) {
        return folder.getParent().getFileName() + "/" + folder.getFileName();
    }

    List<ResultSummary> list() {
        return folders().stream()
                .map(Results::summary)
                .sorted(Comparator.comparing(ResultSummary::started).thenComparing(ResultSummary::id).reversed())
                .toList();
    }

    RunReport report(String id) {
        List<ResultSummary> all = list();
        List<ResultSummary> found = id.equals("last")
                ? all.stream().limit(1).toList()
                : all.stream().filter(each -> each.id().equals(id)).toList();
        if (found.isEmpty()) {
            found = all.stream().filter(each -> each.id().contains(id)).toList();
        }
        if (found.size() != 1) {
            List<String> ids = all.stream().map(ResultSummary::id).toList();
            throw found.isEmpty()
                    ? new UsageError("there is no result " + id + Nearest.hint(id, ids),
                            ids.isEmpty() ? "there are none yet; see exp:list" : "see res:list")
                    : new UsageError("several results match " + id,
                            "take one of "
                                    + String.join(", ", found.stream().map(ResultSummary::id).limit(5).toList()));
        }
        return Analysis.withFigures(Analysis.report(RunReader.read(found.getFirst().folder())));
    }

    private List<Path> folders() {
        List<Path> folders = new ArrayList<>();
        for (Path experiment : children(root)) {
            folders.addAll(children(experiment));
        }
        return folders;
    }

    private static List<Path> children(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(Files::isDirectory).toList();
        } catch (IOException failure) {
            throw new KakuriException("cannot list " + folder + ": " + failure, "check its permissions", failure);
        }
    }

    private static ResultSummary summary(Path folder) {
        try {
            RunRecord record = RunReader.read(folder);
            return new ResultSummary(id(folder), record.spec().info().id(), record.spec().started(),
                    record.finished() ? ResultSummary.State.COMPLETE : ResultSummary.State.INCOMPLETE,
                    (int) record.trials().stream().filter(trial -> trial.status().isPresent()).count(),
                    (int) record.trials()
                            .stream()
                            .filter(trial -> trial.status()
                                    .filter(Status.FAILED::equals)
                                    .isPresent())
                            .count(),
                    folder, "");
        } catch (KakuriException damaged) {
            return new ResultSummary(id(folder), folder.getParent().getFileName().toString(), modified(folder),
                    ResultSummary.State.DAMAGED, 0, 0, folder, damaged.getMessage());
        }
    }

    private static Instant modified(Path folder) {
        try {
            return Files.getLastModifiedTime(folder).toInstant();
        } catch (IOException unreadable) {
            return Instant.EPOCH;
        }
    }
}

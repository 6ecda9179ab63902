package org.kakuri.engine.internal.command;

import java.util.List;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.command.TextView;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.engine.ExperimentCheck;
import org.kakuri.engine.RunReport.Skipped;

/**
 * What became of checking an experiment file.
 *
 * @param file the file
 * @param problems its errors, each with its place
 * @param id of the experiment; empty if there are errors
 * @param arms names of its arms
 * @param points how many points its defaults have here
 * @param skipped default backends and runtimes that are not here
 */
public record CheckView(String file, List<String> problems, String id, List<String> arms, int points,
        List<Skipped> skipped) implements Outcome, TextView {

    CheckView(ExperimentCheck check) {
        this(check.file(), check.problems(), check.info().map(ExperimentInfo::id).orElse(""), check.arms(),
                check.points(), check.skipped());
    }

    @Override
    public int exitCode() {
        return problems.isEmpty() ? 0 : 1;
    }

    @Override
    public String text() {
        if (!problems.isEmpty()) {
            return String.join("\n", problems);
        }
        var text = new StringBuilder("%s: good: %s, arms %s, %d %s%n".formatted(file, id, String.join(", ", arms),
                points, points == 1 ? "point" : "points"));
        skipped.forEach(each -> text.append("left out: %s: %s%n".formatted(each.what(), each.why())));
        return text.append("run it: exp:run ").append(id).toString();
    }
}

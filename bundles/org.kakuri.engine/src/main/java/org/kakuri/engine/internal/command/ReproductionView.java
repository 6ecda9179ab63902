package org.kakuri.engine.internal.command;

import java.util.List;
import java.util.stream.Collectors;
import org.kakuri.api.command.JsonView;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.command.TextView;

/**
 * Several reports, one after the other.
 *
 * @param reports the reports
 * @param left ids of experiments that were not run because the user ended it before
 * @param exitCode 1 if one of them failed or was left out
 */
public record ReproductionView(List<ReportView> reports, List<String> left,
        int exitCode) implements Outcome, TextView, JsonView {
    @Override
    public String text() {
        String text = reports.stream().map(ReportView::text).collect(Collectors.joining("\n\n"));
        return left.isEmpty() ? text : (text + "\n\nnot run, cancelled before: " + String.join(", ", left)).strip();
    }

    @Override
    public String json() {
        return reports.stream().map(ReportView::json).collect(Collectors.joining(",\n", "[", "]"));
    }
}

package org.kakuri.shell.internal;

import java.util.List;
import java.util.stream.Collectors;
import org.kakuri.api.command.JsonView;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.command.TextView;

/**
 * Several reports, one after the other.
 *
 * @param reports the reports
 * @param exitCode 1 if one of them failed
 */
public record ReproductionView(List<ReportView> reports, int exitCode) implements Outcome, TextView, JsonView {
    @Override
    public String text() {
        return reports.stream().map(ReportView::text).collect(Collectors.joining("\n\n"));
    }

    @Override
    public String json() {
        return reports.stream().map(ReportView::json).collect(Collectors.joining(",\n", "[", "]"));
    }
}

package org.kakuri.engine.internal.command;

import org.kakuri.api.command.JsonView;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.command.TextView;
import org.kakuri.engine.Engine;
import org.kakuri.engine.RunReport;

/**
 * A run's report as the engine renders it.
 *
 * @param engine renders it
 * @param report the report
 */
public record ReportView(Engine engine, RunReport report) implements Outcome, TextView, JsonView {
    @Override
    public int exitCode() {
        return report.exitCode();
    }

    @Override
    public String text() {
        return engine.text(report);
    }

    @Override
    public String json() {
        return engine.json(report);
    }
}

package org.kakuri.engine.internal.command;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.command.CommandSet;
import org.kakuri.engine.Engine;
import org.kakuri.engine.ResultSummary;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Commands about results. */
@Component(property = {"kakuri.command.scope=res", "kakuri.command.function=list", "kakuri.command.function=show"})
public final class ResCommands implements CommandSet {
    private final Engine engine;

    /** Takes what the commands ask. */
    @Activate
    public ResCommands(@Reference Engine engine) {
        this.engine = engine;
    }

    @Override
    public List<String> complete(String function, List<String> before, String word) {
        return function.equals("show") && before.isEmpty() ? engine.results().stream().map(ResultSummary::id).toList()
                : List.of();
    }

    /** A result in a list. */
    public record Row(String id, String experiment, Instant started, ResultSummary.State state, int trials, int failed,
            String problem) {}

    /** Lists the results. */
    @Descriptor("Lists the results kept in workspace/results, latest first.")
    public List<Row> list() {
        return engine.results()
                .stream()
                .map(result -> new Row(result.id(), result.experiment(),
                        result.started().truncatedTo(ChronoUnit.SECONDS), result.state(), result.trials(),
                        result.failures(), result.problem()))
                .toList();
    }

    /** Shows the latest result. */
    @Descriptor("Shows a result, judged anew from its samples; without a name the latest.")
    public ReportView show() {
        return show("last");
    }

    /** Shows a result. */
    @Descriptor("Shows a result, judged anew from its samples; without a name the latest.")
    public ReportView show(@Descriptor("id of the result, an unambiguous part of it, or last") String id) {
        return new ReportView(engine, engine.result(id));
    }
}

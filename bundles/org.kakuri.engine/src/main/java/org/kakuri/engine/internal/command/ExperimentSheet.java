package org.kakuri.engine.internal.command;

import java.util.List;
import java.util.Locale;
import org.kakuri.api.command.TextView;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.ExperimentInfo;
import org.kakuri.api.experiment.Parameter;

/**
 * An experiment as {@code exp:show} prints it.
 *
 * @param info what it is
 */
public record ExperimentSheet(ExperimentInfo info) implements TextView {
    @Override
    public String text() {
        StringBuilder text = new StringBuilder("%s: %s%n%s%n%nparameters%n".formatted(info.id(), info.title(),
                info.question()));
        for (Parameter parameter : info.parameters()) {
            text.append("  %-12s %s%n".formatted(parameter.name(), parameter.description()))
                    .append("  %-12s default %s%s%s%n".formatted("", String.join(",", parameter.defaults()),
                            range(parameter),
                            parameter.source().isEmpty() ? "" : "; from " + parameter.source()));
        }
        text.append("\nclaims%n".formatted());
        for (ClaimSpec claim : info.claims()) {
            text.append("  %-28s %s: %s%n".formatted(claim.id(), claim.kind().name().toLowerCase(Locale.ROOT),
                    claim.text()))
                    .append("  %-28s %s%s%n".formatted("", band(claim),
                            claim.source().isEmpty() ? "" : "; from " + claim.source()));
        }
        return text.append("\nrun it: exp:run ").append(info.id()).toString();
    }

    private static String range(Parameter parameter) {
        return switch (parameter.kind()) {
        case NUMBER, SIZE -> "; from %d to %d".formatted(parameter.low(), parameter.high());
        case CHOICE -> "; one or more of " + String.join(", ", List.copyOf(parameter.allowed()));
        case BACKEND -> "; names of tee:list";
        case RUNTIME -> "; names of rt:list";
        case TEXT -> "";
        };
    }

    private static String band(ClaimSpec claim) {
        if (Double.isInfinite(claim.low())) {
            return "at most %s %s".formatted(claim.high(), claim.unit());
        }
        return Double.isInfinite(claim.high())
                ? "at least %s %s".formatted(claim.low(), claim.unit())
                : "between %s and %s %s".formatted(claim.low(), claim.high(), claim.unit());
    }
}

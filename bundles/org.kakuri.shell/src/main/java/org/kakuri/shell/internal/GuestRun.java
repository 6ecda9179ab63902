package org.kakuri.shell.internal;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.kakuri.api.command.Outcome;
import org.kakuri.api.command.TextView;
import org.kakuri.api.runtime.SessionReport;
import org.kakuri.api.tee.EventCount;
import org.kakuri.platform.linux.Signals;

/**
 * How a program ended.
 *
 * @param backend name of the backend
 * @param runtime name of the runtime
 * @param meaning what the pair stands for
 * @param status its exit status; empty if it did not return
 * @param reason why it ended otherwise; empty if it returned
 * @param cpuNanos CPU time in ns
 * @param peakMemory bytes
 * @param events architectural events
 * @param showEvents whether the text lists them
 * @param report what else is known of the session
 * @param cost where the time went, if that was asked for
 */
public record GuestRun(String backend, String runtime, String meaning, OptionalInt status, String reason, long cpuNanos,
        long peakMemory, Map<String, EventCount> events, boolean showEvents, SessionReport report,
        Optional<CostWaterfall> cost) implements Outcome, TextView {
    private static final String SIGNAL = "signal ";

    @Override
    public int exitCode() {
        return status
                .orElseGet(() -> reason.startsWith(SIGNAL) ? 128 + Signals.number(reason.substring(SIGNAL.length()))
                        : 1);
    }

    /** The program's own output is the output; there is something to add only if it failed, or events were asked for. */
    @Override
    public String text() {
        StringBuilder text = new StringBuilder();
        if (status.isEmpty()) {
            text.append("%s on %s: the guest was ended: %s%n".formatted(runtime, backend, reason));
        }
        if (showEvents) {
            text.append("%s on %s (%s): %.1f ms CPU, %d KiB%n".formatted(runtime, backend, meaning, cpuNanos / 1e6,
                    peakMemory / 1024));
            events.forEach((event, count) -> text.append("  %-20s %10d  %s%n".formatted(event, count.count(),
                    count.observability().name().toLowerCase(java.util.Locale.ROOT))));
        }
        cost.ifPresent(waterfall -> text.append(waterfall.text()));
        return text.toString().stripTrailing();
    }
}

package org.kakuri.api.tee;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One row of a monitor's table.
 *
 * @param functionId what callers put into the first register
 * @param name the command's name
 * @param origin symbolic name of the bundle that it is from
 * @param unsupported why the monitor answers that it does not support it; empty if it does
 * @param preconditions what must hold, first what is checked first
 * @param events what it may record beside the call itself, with what each means
 */
public record MonitorFunction(int functionId, String name, String origin, String unsupported,
        List<MonitorCommand.Precondition> preconditions, Map<String, String> events) {

    /** Copies the collections. */
    public MonitorFunction {
        Objects.requireNonNull(name);
        Objects.requireNonNull(origin);
        Objects.requireNonNull(unsupported);
        preconditions = List.copyOf(preconditions);
        events = Map.copyOf(events);
    }
}

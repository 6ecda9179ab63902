package org.kakuri.api.tee;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a caller of a monitor gets back, and what only the model can tell beside.
 *
 * @param registers the result registers, from the first on
 * @param command name of the command; empty if there is none of that number
 * @param refusedBy id of the precondition that did not hold; empty if all did
 * @param events the events that this call recorded, with how often
 */
public record MonitorResult(List<Long> registers, String command, String refusedBy, Map<String, Long> events) {

    /** Copies the collections; refuses no registers at all. */
    public MonitorResult {
        registers = List.copyOf(registers);
        events = Collections.unmodifiableMap(new TreeMap<>(events));
        if (registers.isEmpty()) {
            throw new IllegalArgumentException("a result has at least its status: command=" + command);
        }
    }

    /** Returns the first register. */
    public long status() {
        return registers.getFirst();
    }
}

package org.kakuri.tee.model.arm;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.kakuri.api.tee.MonitorCommand;
import org.kakuri.api.tee.MonitorFunction;

/**
 * What the monitors of all Arm machines can do: the firmware's own rows, and commands that others add and take away while
 * calls run. Thread-safe; a call sees the table as it was when it began.
 *
 * @rule Arm DEN0028 (SMC Calling Convention), function identifiers: bit 31 set for fast calls, bit 30 for 64-bit registers,
 *       bits 23 to 17 zero for fast calls
 *
 *       <p>
 *       Divergence: there are no yielding calls; those of a TA OS are the backend's crossings.
 */
public final class MonitorTable {
    private static final System.Logger LOG = System.getLogger(MonitorTable.class.getName());
    private static final int FAST = 0x8000_0000;
    private static final int MUST_BE_ZERO = 0x00fe_0000;

    /** A row, with what it does; the command is asked nothing but its effect. */
    record Row(MonitorFunction function, MonitorCommand command) {}

    private final List<Row> added = new ArrayList<>();
    private final List<Row> firmware;
    private volatile Map<Integer, Row> rows;

    /** A table of the firmware's rows. */
    public MonitorTable() {
        firmware = FirmwareCalls.rows(this);
        rows = merged();
    }

    /**
     * Adds a command. One whose number is taken waits until it is free, so that an update which starts the new bundle before it
     * stops the old one loses nothing.
     *
     * @param origin symbolic name of the bundle it is from, for messages
     * @return why it is not in the table; empty if it is
     */
    public Optional<String> add(MonitorCommand command, String origin) {
        Optional<String> refused = tryToAdd(command, origin);
        refused.ifPresent(why -> LOG.log(System.Logger.Level.WARNING, "monitor command refused: {0}", why));
        return refused;
    }

    private Optional<String> tryToAdd(MonitorCommand command, String origin) {
        MonitorFunction function;
        try {
            function = new MonitorFunction(command.functionId(), command.name(), origin, "", command.preconditions(),
                    command.events());
        } catch (RuntimeException | LinkageError e) {
            return Optional.of("it does not describe itself: origin=" + origin + ", class="
                    + command.getClass().getName() + ": " + e);
        }
        return malformed(function).or(() -> insert(new Row(function, command)));
    }

    private static Optional<String> malformed(MonitorFunction function) {
        int id = function.functionId();
        if ((id & FAST) == 0) {
            return Optional.of(title(function) + " is a yielding call; set bit 31 of its function id");
        }
        if ((id & MUST_BE_ZERO) != 0) {
            return Optional.of(title(function) + " has a function id whose bits 23 to 17 are not zero");
        }
        if (function.events().containsKey(SecureMonitor.SMC)) {
            return Optional.of(title(function) + " declares SMC, which the monitor itself counts");
        }
        Set<String> ids = new HashSet<>();
        return function.preconditions()
                .stream()
                .filter(row -> !ids.add(row.id()))
                .findFirst()
                .map(row -> title(function) + " has two preconditions named " + row.id());
    }

    private synchronized Optional<String> insert(Row row) {
        Row holder = rows.get(row.function.functionId());
        added.add(row);
        rows = merged();
        return Optional.ofNullable(holder)
                .map(other -> title(row.function) + " has the function id of " + title(other.function)
                        + "; it waits until that one goes");
    }

    /** Takes a command away; calls in it come to their end. Unknown ones are ignored. */
    public synchronized void remove(MonitorCommand command) {
        added.removeIf(row -> row.command == command);
        rows = merged();
    }

    private Map<Integer, Row> merged() {
        var merged = new TreeMap<Integer, Row>(Integer::compareUnsigned);
        firmware.forEach(row -> merged.put(row.function.functionId(), row));
        added.forEach(row -> merged.putIfAbsent(row.function.functionId(), row));
        return merged;
    }

    /** Returns the row of that number. */
    Optional<Row> row(int functionId) {
        return Optional.ofNullable(rows.get(functionId));
    }

    /** Returns the table as it is now. */
    List<MonitorFunction> functions() {
        return rows.values().stream().map(Row::function).toList();
    }

    private static String title(MonitorFunction function) {
        return "%s (0x%08x, %s)".formatted(function.name(), function.functionId(), function.origin());
    }
}

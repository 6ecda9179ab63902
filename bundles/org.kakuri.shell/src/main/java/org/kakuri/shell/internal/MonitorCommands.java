package org.kakuri.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.felix.service.command.Descriptor;
import org.kakuri.api.UsageError;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.command.Words;
import org.kakuri.api.command.WordsSyntax;
import org.kakuri.api.runtime.Selector;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Machines;
import org.kakuri.api.tee.Monitor;
import org.kakuri.api.tee.MonitorFunction;
import org.kakuri.api.tee.MonitorResult;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Commands about the monitor of a machine. */
@Component(property = {CommandSet.SCOPE + "=tee", CommandSet.FUNCTION + "=monitor", CommandSet.FUNCTION + "=smc",
    CommandSet.LIVE_IF_RUNNING + "=monitor", CommandSet.LIVE_IF_RUNNING + "=smc"})
public final class MonitorCommands implements CommandSet {
    private final Machines machines;

    /** Takes where machines are found. */
    @Activate
    public MonitorCommands(@Reference Machines machines) {
        this.machines = machines;
    }

    /** A command of the monitor in a list. */
    public record Row(String id, String name, String origin, List<String> preconditions, String unsupported) {}

    /**
     * What a call returned.
     *
     * @param registers the result registers, from the first on
     * @param refusedBy the precondition that did not hold; empty if all did
     * @param events what this call recorded
     */
    public record Returned(String command, long status, String registers, String refusedBy,
            Map<String, Long> events) {}

    /** Lists the commands of Arm machines. */
    @Descriptor("Lists the monitor commands of a machine, bundles' own included, with what each checks first.")
    public List<Row> monitor() {
        return monitor(Machine.ARM);
    }

    /** Lists the commands of an architecture's machines. */
    @Descriptor("Lists the monitor commands of a machine, bundles' own included, with what each checks first.")
    public List<Row> monitor(@Descriptor("architecture of the machine: arm") String architecture) {
        return of(architecture).commands().stream().map(MonitorCommands::row).toList();
    }

    private static Row row(MonitorFunction function) {
        var checks = new ArrayList<String>();
        function.preconditions().forEach(row -> checks.add(checks.size() + 1 + " " + row.id()));
        return new Row("0x%08x".formatted(function.functionId()), function.name(), function.origin(), checks,
                function.unsupported());
    }

    /** Calls the monitor. */
    @Descriptor("Calls the monitor of the Arm machine as the normal world does.")
    public Returned smc(
            @WordsSyntax @Descriptor("""
            FUNCTION_ID [ARGUMENT...]
            numbers are decimal or, with 0x, hexadecimal; up to 17 arguments""") Words words) {
        words.onlyNames(List.of());
        int function = functionId(words.word(0, "FUNCTION_ID"));
        long[] arguments = words.positional().stream().skip(1).mapToLong(MonitorCommands::number).toArray();
        if (arguments.length > 17) {
            throw new UsageError("an SMC has at most 17 arguments: given=" + arguments.length, "see --help");
        }
        MonitorResult result = of(Machine.ARM).call(Actor.HOST, function, arguments);
        return new Returned(result.command().isEmpty() ? "none of that number" : result.command(), result.status(),
                result.registers().stream().map("0x%x"::formatted).collect(Collectors.joining(" ")), result.refusedBy(),
                result.events());
    }

    private Monitor of(String architecture) {
        if (!architecture.equals(Machine.ARM)) {
            throw new UsageError("machines of architecture " + architecture + " have no monitor", "write arm");
        }
        return machines.machine(architecture, Selector.DEFAULT_HOST)
                .facility(Monitor.class)
                .orElseThrow(() -> new UsageError("the machine has no monitor: machine=" + Selector.DEFAULT_HOST,
                        "update the bundle org.kakuri.tee.model"));
    }

    static int functionId(String text) {
        long number = number(text);
        if (number >>> 32 != 0) {
            throw new UsageError("a function id has 32 bits: " + text, "write for example 0x80000000");
        }
        return (int) number;
    }

    /** Reads a number; one with the highest bit set is taken as 64 bits. */
    static long number(String text) {
        try {
            return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new UsageError("no number: " + text, "write decimal, or hexadecimal with 0x", e);
        }
    }
}

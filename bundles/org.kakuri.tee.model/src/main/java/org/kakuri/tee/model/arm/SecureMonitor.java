package org.kakuri.tee.model.arm;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.kakuri.api.WrongState;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Monitor;
import org.kakuri.api.tee.MonitorCall;
import org.kakuri.api.tee.MonitorCommand;
import org.kakuri.api.tee.MonitorFunction;
import org.kakuri.api.tee.MonitorResult;
import org.kakuri.tee.model.EventRecorder;
import org.kakuri.tee.model.MachineModel;

/**
 * The monitor at EL3 of an Arm machine, as far as fast calls go. Each call is one SMC: it is answered at EL3 and returns by ERET,
 * so no world is switched and no second SMC brings it back. Thread-safe.
 *
 * @rule Arm DEN0028 (SMC Calling Convention): the function id in W0, up to 17 arguments in X1 to X17; of SMC32 calls only the
 *       lower halves count; an unknown function id returns NOT_SUPPORTED (-1)
 *
 *       <p>
 *       Divergence: INTERNAL_FAILURE is PSCI's code (Arm DEN0022); the calling convention has none for a broken command. Code of
 *       a trusted application calls as if its TA OS passed the call on for nothing.
 */
public final class SecureMonitor implements Monitor {
    /** Event: an SMC was executed. */
    public static final String SMC = "SMC";

    private static final System.Logger LOG = System.getLogger(SecureMonitor.class.getName());
    private static final int SMC64 = 0x4000_0000;
    private static final long LOWER_HALF = 0xffff_ffffL;
    private static final int MOST_ARGUMENTS = 17;
    private static final int MOST_RESULTS = 18;

    private final MachineModel machine;
    private final MonitorTable table;

    private SecureMonitor(MachineModel machine, MonitorTable table) {
        this.machine = machine;
        this.table = table;
    }

    /** Gives the machine a monitor with that table, if it has none yet; its facility {@link Monitor} from then on. */
    public static Monitor of(MachineModel machine, MonitorTable table) {
        return machine.facility(Monitor.class, () -> new SecureMonitor(machine, table));
    }

    /**
     * Returns the machine's monitor as code inside sees it.
     *
     * @param self who that code is; it cannot call as somebody else
     * @param recorder the instance's, so that its ledger has the call too
     * @return empty if the machine has no monitor
     */
    public static Optional<Monitor> inside(Machine machine, Actor self, EventRecorder recorder) {
        return machine.facility(Monitor.class)
                .filter(SecureMonitor.class::isInstance)
                .map(SecureMonitor.class::cast)
                .map(monitor -> monitor.new View(self, recorder));
    }

    private final class View implements Monitor {
        private final Actor self;
        private final EventRecorder recorder;

        View(Actor self, EventRecorder recorder) {
            this.self = self;
            this.recorder = recorder;
        }

        @Override
        public MonitorResult call(Actor caller, int functionId, long... arguments) {
            if (!caller.equals(self)) {
                throw new IllegalArgumentException(
                        "code inside calls as itself: caller=" + caller + ", itself=" + self);
            }
            return SecureMonitor.this.call(recorder, caller, functionId, arguments);
        }

        @Override
        public List<MonitorFunction> commands() {
            return table.functions();
        }
    }

    @Override
    public List<MonitorFunction> commands() {
        return table.functions();
    }

    @Override
    public MonitorResult call(Actor caller, int functionId, long... arguments) {
        return call(machine.recorder(), caller, functionId, arguments);
    }

    private MonitorResult call(EventRecorder recorder, Actor caller, int functionId, long... arguments) {
        requireCallable(caller, arguments);
        Optional<MonitorTable.Row> known = table.row(functionId);
        var call = new Call(caller, taken(functionId, arguments), recorder,
                known.map(row -> row.function().events()).orElse(Map.of()));
        call.count(SMC, 1, 0);
        if (known.isEmpty()) {
            return call.result("", "", NOT_SUPPORTED);
        }
        MonitorFunction function = known.get().function();
        try {
            return dispatch(known.get(), call);
        } catch (RuntimeException | LinkageError e) {
            LOG.log(System.Logger.Level.ERROR, "monitor command broke: command=%s, origin=%s, caller=%s"
                    .formatted(function.name(), function.origin(), caller), e);
            return call.result(function.name(), "", INTERNAL_FAILURE);
        } finally {
            call.effect = false;
        }
    }

    private static MonitorResult dispatch(MonitorTable.Row row, Call call) {
        String name = row.function().name();
        for (MonitorCommand.Precondition precondition : row.function().preconditions()) {
            if (!precondition.holds().test(call)) {
                return call.result(name, precondition.id(), precondition.status());
            }
        }
        call.effect = true;
        long[] registers = Objects.requireNonNull(row.command().effect(call), "the effect returned no registers");
        if (registers.length == 0 || registers.length > MOST_RESULTS) {
            throw new IllegalStateException("an effect returns 1 to 18 registers: returned=" + registers.length);
        }
        return call.result(name, "", registers);
    }

    private void requireCallable(Actor caller, long[] arguments) {
        if (machine.isClosed()) {
            throw new WrongState("machine is closed: machine=" + machine.name() + ", wanted=an SMC",
                    "take a new machine");
        }
        if (!caller.device().isEmpty()) {
            throw new IllegalArgumentException("a device executes no SMC: device=" + caller.device());
        }
        if (arguments.length > MOST_ARGUMENTS) {
            throw new IllegalArgumentException(
                    "an SMC has at most %d arguments: given=%d".formatted(MOST_ARGUMENTS, arguments.length));
        }
    }

    private static long[] taken(int functionId, long[] arguments) {
        long[] taken = arguments.clone();
        for (int i = 0; (functionId & SMC64) == 0 && i < taken.length; i++) {
            taken[i] &= LOWER_HALF;
        }
        return taken;
    }

    /** One call; confined to the thread that makes it. */
    private final class Call implements MonitorCall {
        private final Actor caller;
        private final long[] arguments;
        private final EventRecorder recorder;
        private final Map<String, String> declared;
        private final Map<String, Long> counted = new TreeMap<>();
        private boolean effect;

        Call(Actor caller, long[] arguments, EventRecorder recorder, Map<String, String> declared) {
            this.caller = caller;
            this.arguments = arguments;
            this.recorder = recorder;
            this.declared = declared;
        }

        @Override
        public Actor caller() {
            return caller;
        }

        @Override
        public Machine machine() {
            return machine;
        }

        @Override
        public long[] arguments() {
            return arguments.clone();
        }

        @Override
        public long argument(int index) {
            return index < arguments.length ? arguments[index] : 0;
        }

        @Override
        public void record(String event, long count, long bytes) {
            if (!effect) {
                throw new IllegalStateException("only a running effect records events: event=" + event);
            }
            if (!declared.containsKey(event)) {
                throw new IllegalArgumentException(
                        "event is not declared: event=" + event + ", declared=" + declared.keySet());
            }
            count(event, count, bytes);
        }

        private void count(String event, long count, long bytes) {
            recorder.record(event, count, bytes);
            counted.merge(event, count, Long::sum);
        }

        private MonitorResult result(String command, String refusedBy, long... registers) {
            return new MonitorResult(java.util.Arrays.stream(registers).boxed().toList(), command, refusedBy, counted);
        }
    }
}

package org.kakuri.tee.model.arm;

import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.kakuri.api.tee.Monitor;
import org.kakuri.api.tee.MonitorCall;
import org.kakuri.api.tee.MonitorCommand;
import org.kakuri.api.tee.MonitorFunction;

/**
 * What the monitor answers without anybody's help. What it does not support is a row too, with the reason.
 *
 * @rule Arm DEN0028 (SMC Calling Convention), SMCCC_VERSION and SMCCC_ARCH_FEATURES: an implementation of 1.1 or later has
 *       both; Arm DEN0022 (Power State Coordination Interface), PSCI_VERSION and PSCI_FEATURES
 *
 *       <p>
 *       Divergence: PSCI 1.1 makes CPU_ON, CPU_OFF, CPU_SUSPEND, AFFINITY_INFO, SYSTEM_OFF and SYSTEM_RESET mandatory.
 *       This machine has no power states, and says so.
 */
final class FirmwareCalls {
    /** Version 1.2, as SMCCC_VERSION encodes it. */
    private static final long SMCCC_1_2 = 0x1_0002;
    /** Version 1.1, as PSCI_VERSION encodes it. */
    private static final long PSCI_1_1 = 0x1_0001;
    private static final int SMCCC_VERSION = 0x8000_0000;
    private static final int SMCCC_ARCH_FEATURES = 0x8000_0001;
    private static final int PSCI_VERSION = 0x8400_0000;
    private static final int PSCI_FEATURES = 0x8400_000a;
    private static final int OWNER = 0x3f00_0000;
    private static final int OWNER_ARCH = 0x0000_0000;
    private static final int OWNER_STANDARD = 0x0400_0000;
    private static final String ORIGIN = "org.kakuri.tee.model";

    /** PSCI's functions by their number, without a gap; those that are answered stand for their place only. */
    private static final List<String> PSCI = List.of("PSCI_VERSION", "CPU_SUSPEND", "CPU_OFF", "CPU_ON",
            "AFFINITY_INFO", "MIGRATE", "MIGRATE_INFO_TYPE", "MIGRATE_INFO_UP_CPU", "SYSTEM_OFF", "SYSTEM_RESET",
            "PSCI_FEATURES", "CPU_FREEZE", "CPU_DEFAULT_SUSPEND", "NODE_HW_STATE", "SYSTEM_SUSPEND",
            "PSCI_SET_SUSPEND_MODE", "PSCI_STAT_RESIDENCY", "PSCI_STAT_COUNT", "SYSTEM_RESET2", "MEM_PROTECT",
            "MEM_PROTECT_CHECK_RANGE");

    private FirmwareCalls() {}

    /** A call that asks nothing of its arguments. */
    private record Answer(int functionId, String name, ToLongFunction<MonitorCall> value) implements MonitorCommand {
        @Override
        public List<Precondition> preconditions() {
            return List.of();
        }

        @Override
        public long[] effect(MonitorCall call) {
            return new long[] {value.applyAsLong(call)};
        }
    }

    static List<MonitorTable.Row> rows(MonitorTable table) {
        var answered = Stream.of(
                answer(SMCCC_VERSION, "SMCCC_VERSION", _ -> SMCCC_1_2),
                answer(SMCCC_ARCH_FEATURES, "SMCCC_ARCH_FEATURES",
                        call -> feature(table, call, OWNER_ARCH)),
                unsupported(0x8000_0002, "SMCCC_ARCH_SOC_ID", "the machine is no system on chip"),
                unsupported(0x8000_3fff, "SMCCC_ARCH_WORKAROUND_3", "speculation is not modelled"),
                unsupported(0x8000_7fff, "SMCCC_ARCH_WORKAROUND_2", "speculation is not modelled"),
                unsupported(0x8000_8000, "SMCCC_ARCH_WORKAROUND_1", "speculation is not modelled"),
                answer(PSCI_VERSION, "PSCI_VERSION", _ -> PSCI_1_1),
                answer(PSCI_FEATURES, "PSCI_FEATURES", call -> feature(table, call, OWNER_STANDARD)));
        var power = IntStream.range(0, PSCI.size())
                .map(number -> PSCI_VERSION + number)
                .filter(id -> id != PSCI_VERSION && id != PSCI_FEATURES)
                .mapToObj(id -> unsupported(id, PSCI.get(id - PSCI_VERSION), "power states are not modelled"));
        return Stream.concat(answered, power).toList();
    }

    /** PSCI_FEATURES is asked for SMCCC_VERSION too: that is how a caller finds out whether it may call it. */
    private static long feature(MonitorTable table, MonitorCall call, int owner) {
        int asked = (int) call.argument(0);
        boolean mine = (asked & OWNER) == owner || owner == OWNER_STANDARD && asked == SMCCC_VERSION;
        return mine && table.row(asked).filter(row -> row.function().unsupported().isEmpty()).isPresent()
                ? Monitor.SUCCESS
                : Monitor.NOT_SUPPORTED;
    }

    private static MonitorTable.Row answer(int functionId, String name, ToLongFunction<MonitorCall> value) {
        return row(functionId, name, "", value);
    }

    private static MonitorTable.Row unsupported(int functionId, String name, String reason) {
        return row(functionId, name, reason, _ -> Monitor.NOT_SUPPORTED);
    }

    private static MonitorTable.Row row(int functionId, String name, String unsupported,
            ToLongFunction<MonitorCall> value) {
        return new MonitorTable.Row(
                new MonitorFunction(functionId, name, ORIGIN, unsupported, List.of(), Map.of()),
                new Answer(functionId, name, value));
    }
}

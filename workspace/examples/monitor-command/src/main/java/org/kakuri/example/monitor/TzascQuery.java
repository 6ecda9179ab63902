package org.kakuri.example.monitor;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import org.kakuri.api.tee.Access;
import org.kakuri.api.tee.AccessFault;
import org.kakuri.api.tee.Actor;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Monitor;
import org.kakuri.api.tee.MonitorCall;
import org.kakuri.api.tee.MonitorCommand;
import org.kakuri.api.tee.SecurityState;
import org.osgi.service.component.annotations.Component;

/**
 * A monitor command of our own: tells the caller whether a page belongs to the secure world.
 * <pre>
 * argument 0   physical address of the page
 * result 0     SUCCESS, INVALID_PARAMETER, NO_MEMORY or DENIED
 * result 1     1 if the normal world cannot read it, otherwise 0
 * </pre>
 *
 * @rule Arm DEN0028 (SMC Calling Convention), function identifiers: a fast call (bit 31) with 64-bit registers (bit 30), owned by
 *       the silicon partner (bits 29 to 24 = 2)
 */
@Component(property = MonitorCommand.ARCHITECTURE + "=" + Machine.ARM)
public final class TzascQuery implements MonitorCommand {
    /** First register of the call. */
    public static final int FUNCTION_ID = 0xc200_0100;
    /** Status: nothing is placed at the address. */
    public static final long NO_MEMORY = -10;
    /** Status: this caller may not ask. */
    public static final long DENIED = -11;

    private static final String QUERY = "TZASC_QUERY";
    private static final long PAGE = 4096;
    private static final Actor ROOT = Actor.inside(SecurityState.ROOT, 0);

    @Override
    public int functionId() {
        return FUNCTION_ID;
    }

    @Override
    public String name() {
        return "KAKURI_TZASC_QUERY";
    }

    @Override
    public List<Precondition> preconditions() {
        return List.of(
                new Precondition("addr_align", "the address is a multiple of 4096",
                        call -> call.argument(0) % PAGE == 0, Monitor.INVALID_PARAMETER),
                new Precondition("addr_dram", "there is memory at the address",
                        call -> read(ROOT, call) instanceof Access.Granted, NO_MEMORY),
                new Precondition("caller_state", "the caller is of the normal or of the secure world",
                        call -> call.caller().state() != SecurityState.REALM, DENIED));
    }

    @Override
    public Map<String, String> events() {
        return Map.of(QUERY, "the monitor looked a page up in the TZASC");
    }

    @Override
    public long[] effect(MonitorCall call) {
        call.record(QUERY, 1, 0);
        boolean secure = read(Actor.HOST, call) instanceof AccessFault;
        return new long[] {Monitor.SUCCESS, secure ? 1 : 0};
    }

    private static Access read(Actor actor, MonitorCall call) {
        try (Arena arena = Arena.ofConfined()) {
            return call.machine().memory().read(actor, call.argument(0), arena.allocate(1));
        }
    }
}

package org.kakuri.tee.none.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Crossing;
import org.kakuri.api.tee.InstanceSpec;
import org.kakuri.api.tee.IoIntent;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.TeeBackend;
import org.kakuri.api.tee.TeeInstance;
import org.kakuri.tee.model.MachineModel;
import org.kakuri.tee.model.instance.InstanceModel;
import org.kakuri.tee.model.memory.Zone;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The backend that protects nothing: baseline of comparisons and positive control of attacks. Runs on any machine. */
@Component(immediate = true, property = TeeBackend.NAME + "=" + NoneBackend.BACKEND)
public final class NoneBackend implements TeeBackend {
    static final String BACKEND = "none";

    private static final BackendInfo INFO = new BackendInfo(BACKEND, "no protection: baseline and positive control",
            Machine.ANY, BackendInfo.Inner.USER,
            Set.of(Capability.SHARED_MEMORY, Capability.PARALLEL_CONTEXTS, Capability.DYNAMIC_MEMORY,
                    Capability.ADDRESS_SPACES),
            Map.of("memory.bytes", Zone.RAM.range().bytes()), Optional.empty(),
            Map.of(NoneRules.HOST_CALL, "the code calls its host; no world is crossed", NoneRules.HOST_INTERRUPT,
                    "the code lets its host in at a safepoint; no world is crossed"),
            Map.ofEntries(Map.entry("create", "take note of an identity"),
                    Map.entry("attach", "place memory, unguarded"),
                    Map.entry("context", "a thread of the host"),
                    Map.entry("seal", "SHA-256 over what is attached; nothing enforces it"),
                    Map.entry("run", "call the code"), Map.entry("host call", "return to the host's code"),
                    Map.entry("interrupt", "safepoint"), Map.entry("share", "memory file"),
                    Map.entry("checked by", "nothing"), Map.entry("host read", "the bytes"),
                    Map.entry("accept", "at once"), Map.entry("evidence", "-"), Map.entry("sealing key", "-")),
            List.of());

    private final NoneRules rules = new NoneRules();

    /** Needs nothing. */
    @Activate
    public NoneBackend() {}

    @Override
    public BackendInfo info() {
        return INFO;
    }

    @Override
    public TeeInstance create(Machine machine, InstanceSpec spec) {
        return new InstanceModel(MachineModel.of(machine, Machine.ANY), spec, rules);
    }

    /** Calls that really happen, although no world is crossed by them: by style RPC each, by POLLING only to sleep. */
    @Override
    public List<Crossing> cross(IoIntent intent) {
        boolean calls = switch (intent.kind()) {
        case INTERNAL -> false;
        case WAIT -> true;
        case FILE, STREAM, CLOCK -> intent.style() == CallStyle.RPC;
        };
        return calls ? List.of(new Crossing(NoneRules.HOST_CALL, 1, intent.bytes())) : List.of();
    }
}

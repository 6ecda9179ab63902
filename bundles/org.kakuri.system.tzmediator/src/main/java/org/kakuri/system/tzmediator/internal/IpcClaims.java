package org.kakuri.system.tzmediator.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.ClaimSpec.Kind;
import org.kakuri.api.experiment.ClaimSpec.MaxRatioOfMedians;
import org.kakuri.system.tzmediator.internal.process.CpuPlan;

/** What the source reports about latency, and what we want to reach. All ratios are to the baseline at the same point. */
final class IpcClaims {
    private static final String SOURCE = "TZmediator, measured there with IPC-Bench on TrustZone hardware: "
            + "polling 1.0 to 2.5 times, lightweight RPC 1.6 to 1.9 times CA<->CA";
    private static final String OURS = "our goal; no injected price";

    /** Split cores are 6 to 10 times slower for CA and CA alone: ratios to that say nothing. */
    private static final Map<String, String> PIPES = Map.of("mechanism", "pipe", "placement", CpuPlan.SAME_CORE,
            "fault", IpcExperiment.NO_FAULT);

    private IpcClaims() {}

    static List<ClaimSpec> all() {
        return List.of(
                claim("tz.ipc.pipe.polling", "a TA that polls answers over pipes within the source's band",
                        Kind.REPRODUCES, 1.0, 2.5, Arms.POLLING, Optional.empty(), SOURCE),
                claim("tz.ipc.pipe.rpc", "a TA that calls by lightweight RPC answers within the source's band",
                        Kind.REPRODUCES, 1.6, 1.9, Arms.RPC, Optional.of(Arms.WORLD_SWITCH), SOURCE),
                claim("tz.ipc.pipe.polling.goal", "polling costs at most half a round trip more", Kind.GOAL,
                        Double.NEGATIVE_INFINITY, 1.5, Arms.POLLING, Optional.empty(), OURS),
                claim("tz.ipc.pipe.rpc.goal", "lightweight RPC costs at most one and a half round trips more",
                        Kind.GOAL, Double.NEGATIVE_INFINITY, 2.5, Arms.RPC, Optional.of(Arms.WORLD_SWITCH), OURS));
    }

    private static ClaimSpec claim(String id, String text, Kind kind, double low, double high, String arm,
            Optional<String> breakEven, String source) {
        return new ClaimSpec(id, text, kind, "ratio", low, high, new MaxRatioOfMedians(arm, Arms.BASELINE), PIPES,
                breakEven, source);
    }
}

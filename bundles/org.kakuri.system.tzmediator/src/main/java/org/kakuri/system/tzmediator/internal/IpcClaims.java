package org.kakuri.system.tzmediator.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.ClaimSpec.Kind;
import org.kakuri.api.experiment.ClaimSpec.MaxRatioOfMedians;
import org.kakuri.system.tzmediator.internal.process.CpuPlan;

/**
 * What the source reports about latency, and what we want to reach, for each mechanism. All ratios are to the baseline at the
 * same point. The source's figures for lightweight RPC include the world switches of its hardware, ours do not: the break-even
 * prices say what a world switch would have to cost for the source's figures to come out.
 */
final class IpcClaims {
    private static final String SOURCE = "TZmediator, measured there with IPC-Bench on TrustZone hardware: "
            + "polling 1.0 to 2.5 times, lightweight RPC 1.6 to 1.9 times CA<->CA";
    private static final String OURS = "our goal; no injected price";
    private static final double POLLING_GOAL = 1.3;
    private static final double SHARED_GOAL = 1.1;
    private static final double RPC_GOAL = 2.0;

    private IpcClaims() {}

    static List<ClaimSpec> all(List<String> mechanisms) {
        return mechanisms.stream().flatMap(IpcClaims::of).toList();
    }

    private static Stream<ClaimSpec> of(String mechanism) {
        String id = "tz.ipc." + mechanism;
        if (mechanism.equals("shm")) {
            return Stream
                    .of(claim(mechanism, id, "memory that CA and TA share is as quick as between two CAs", Kind.GOAL,
                            Double.NEGATIVE_INFINITY, SHARED_GOAL, Arms.POLLING, Optional.empty(), OURS));
        }
        return Stream.of(
                claim(mechanism, id + ".polling", "a TA that polls answers within the source's band", Kind.REPRODUCES,
                        1.0, 2.5, Arms.POLLING, Optional.empty(), SOURCE),
                claim(mechanism, id + ".rpc", "a TA that calls by lightweight RPC answers within the source's band",
                        Kind.REPRODUCES, 1.6, 1.9, Arms.RPC, Optional.of(ClaimSpec.KEY_EVENTS), SOURCE),
                claim(mechanism, id + ".polling.goal", "polling costs at most 30 % of a round trip more", Kind.GOAL,
                        Double.NEGATIVE_INFINITY, POLLING_GOAL, Arms.POLLING, Optional.empty(), OURS),
                claim(mechanism, id + ".rpc.goal", "lightweight RPC costs at most one round trip more", Kind.GOAL,
                        Double.NEGATIVE_INFINITY, RPC_GOAL, Arms.RPC, Optional.of(ClaimSpec.KEY_EVENTS), OURS));
    }

    /** Split cores are 6 to 10 times slower for CA and CA alone: ratios to that say nothing. */
    private static ClaimSpec claim(String mechanism, String id, String text, Kind kind, double low, double high,
            String arm, Optional<String> breakEven, String source) {
        Map<String, String> where = Map.of("mechanism", mechanism, "placement", CpuPlan.SAME_CORE, "fault",
                IpcExperiment.NO_FAULT);
        return new ClaimSpec(id, text, kind, "ratio", low, high, new MaxRatioOfMedians(arm, Arms.BASELINE), where,
                breakEven, source);
    }
}

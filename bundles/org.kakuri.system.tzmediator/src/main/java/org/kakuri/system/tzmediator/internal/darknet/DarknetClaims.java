package org.kakuri.system.tzmediator.internal.darknet;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.ClaimSpec.Kind;
import org.kakuri.api.experiment.ClaimSpec.MaxExtra;
import org.kakuri.api.experiment.ClaimSpec.MaxRatioOfMedians;
import org.kakuri.system.tzmediator.internal.Arms;
import org.kakuri.system.tzmediator.internal.process.CpuPlan;

/**
 * What the source reports about DarkneTZ, and what we want to reach.
 * <p>
 * The source compares DarkneTZ that uses POSIX calls with DarkneTZ as it was: both split, both with the same layers in the same TA.
 * So {@code overhead} divides by the time of the same layers in the same places with nothing in between, which is less than
 * DarkneTZ as it was can take: it had to cross as well. {@code total} divides by the whole network in one ordinary process, in
 * native code, so that what WebAssembly costs counts too.
 */
final class DarknetClaims {
    private static final String SOURCE = "TZmediator, measured there with DarkneTZ on TrustZone hardware: at most +15 % run time";
    private static final String OURS = "our goal; no injected price";
    private static final double SOURCES_BOUND = 1.15;
    private static final double POLLING_GOAL = 1.10;
    private static final double RPC_GOAL = 1.15;
    /** DarkneTZ's own example for this network keeps the layers from here on in the TA. */
    private static final String SOURCES_SPLIT = "4";

    private DarknetClaims() {}

    static List<ClaimSpec> all() {
        Map<String, String> everySplit = Map.of("placement", CpuPlan.SAME_CORE);
        Map<String, String> sourcesSplit = Map.of("placement", CpuPlan.SAME_CORE, "split", SOURCES_SPLIT);
        return List.of(
                new ClaimSpec("tz.darknet.identical",
                        "logits are bit by bit those of the unsplit network, at every split",
                        Kind.GOAL, "inferences", 0, 0, new MaxExtra(Arms.RPC, DarknetArms.DIFFERENT), Map.of(),
                        Optional.empty(), "the source: \"runs correctly\""),
                overhead(Arms.POLLING, "", Kind.REPRODUCES, SOURCES_BOUND, SOURCE, everySplit),
                overhead(Arms.RPC, "", Kind.REPRODUCES, SOURCES_BOUND, SOURCE, everySplit),
                overhead(Arms.POLLING, ".goal", Kind.GOAL, POLLING_GOAL, OURS, everySplit),
                overhead(Arms.RPC, ".goal", Kind.GOAL, RPC_GOAL, OURS, everySplit),
                total(Arms.POLLING, sourcesSplit), total(Arms.RPC, sourcesSplit));
    }

    private static ClaimSpec overhead(String arm, String suffix, Kind kind, double high, String source,
            Map<String, String> where) {
        return new ClaimSpec("tz.darknet.overhead." + arm + suffix,
                "crossing by POSIX adds at most %.0f %% to the same layers in the same places"
                        .formatted(100 * (high - 1)),
                kind, "ratio", Double.NEGATIVE_INFINITY, high, new MaxRatioOfMedians(arm, arm + DarknetArms.LAYERS),
                where,
                Optional.of(ClaimSpec.KEY_EVENTS), source);
    }

    private static ClaimSpec total(String arm, Map<String, String> where) {
        return new ClaimSpec("tz.darknet.total." + arm,
                "with the connected layers in the TA, an inference takes at most 15 % more than in one ordinary process",
                Kind.REPRODUCES, "ratio", Double.NEGATIVE_INFINITY, SOURCES_BOUND,
                new MaxRatioOfMedians(arm, DarknetArms.UNSPLIT), where, Optional.of(ClaimSpec.KEY_EVENTS), SOURCE);
    }
}

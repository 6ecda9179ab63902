package org.kakuri.system.tzmediator.internal.styles;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.kakuri.api.experiment.ClaimSpec;
import org.kakuri.api.experiment.ClaimSpec.Kind;
import org.kakuri.api.experiment.ClaimSpec.MaxExtra;
import org.kakuri.api.experiment.ClaimSpec.MaxRatioOfMedians;

/** What must come out if both styles reach the same TA. */
final class StylesClaims {
    /** Blocks of SHA-256 after which a TA has worked about as long as an inference of tz/darknet takes. */
    static final String REAL_WORK = "1000";
    private static final double SOURCES_BOUND = 1.15;
    private static final String SOURCE = "TZmediator, measured there with DarkneTZ on TrustZone hardware: at most +15 % run time "
            + "when GlobalPlatform's calls became POSIX calls";
    private static final String ARCHITECTURE = "a call enters and leaves (2); registering or releasing memory is a call of its own; "
            + "so is each POSIX call of the TA";

    private StylesClaims() {}

    static List<ClaimSpec> all() {
        return Stream.of(switches(StyleArms.REGISTERED, 2), switches(StyleArms.TEMPORARY, 10),
                switches(StyleArms.RPC, 2), switches(StyleArms.RPC_PLAIN, 4), work(StyleArms.RPC),
                work(StyleArms.POLLING),
                new ClaimSpec("tz.styles.call",
                        "while a world switch costs nothing, a command of GlobalPlatform's is no slower than POSIX by polling",
                        Kind.GOAL, "ratio", Double.NEGATIVE_INFINITY, 1,
                        new MaxRatioOfMedians(StyleArms.REGISTERED, StyleArms.POLLING), Map.of("work", "0"),
                        Optional.empty(), "our expectation: no other process takes part in a command"))
                .toList();
    }

    /** Of small requests: a stream may hand over a large one in pieces, each read by a call. */
    private static ClaimSpec switches(String arm, int each) {
        return new ClaimSpec("tz.styles.switches." + arm, "world switches for each request and reply", Kind.GOAL,
                "switches",
                each, each, new MaxExtra(arm, StyleArms.SWITCHES), Map.of("size", "64"), Optional.empty(),
                ARCHITECTURE);
    }

    private static ClaimSpec work(String arm) {
        return new ClaimSpec("tz.styles.work." + arm,
                "a TA that computes as long as a small network costs at most 15 % more by POSIX than by GlobalPlatform's API",
                Kind.REPRODUCES, "ratio", Double.NEGATIVE_INFINITY, SOURCES_BOUND,
                new MaxRatioOfMedians(arm, StyleArms.REGISTERED), Map.of("work", REAL_WORK, "size", "4096"),
                Optional.empty(), SOURCE);
    }
}

package org.kakuri.system.tzmediator.internal;

import org.kakuri.api.experiment.TrialContext;
import org.kakuri.api.runtime.Lease;
import org.kakuri.api.tee.CallStyle;
import org.kakuri.api.tee.Pricing;
import org.kakuri.system.tzmediator.internal.process.CaProgram;
import org.kakuri.system.tzmediator.internal.process.CpuPlan;
import org.kakuri.system.tzmediator.internal.process.Mechanism;

/**
 * How a CA and a TA are to be joined.
 *
 * @param name of the arm
 * @param mechanism what carries the bytes
 * @param size bytes of a message
 * @param style how the TA's calls leave its world
 * @param shadow who executes them
 * @param pricing how world switches are charged
 * @param plan where each side stays and how it waits
 * @param client the program that plays the CA
 * @param trusted the program that plays the TA
 */
public record LinkSpec(String name, Mechanism mechanism, int size, CallStyle style, Shadow shadow, Pricing pricing,
        CpuPlan plan, CaProgram client, TrustedProgram trusted) {

    /** Where the shadow process is in relation to the TA. */
    public enum Shadow {
        /** A process beside the TA's, which runs in parallel; calls travel over a call page. */
        PARALLEL,
        /** Its own thread enters the secure world and leaves it with each call. */
        ENTERING
    }

    /** Starts what it says. */
    public TaLink open(Lease lease, TrialContext context) {
        return switch (shadow) {
        case PARALLEL -> MediatedLink.open(this, lease, context);
        case ENTERING -> EnteringLink.open(this, lease, context);
        };
    }
}

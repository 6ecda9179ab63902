package org.kakuri.system.tzmediator.internal;

import org.kakuri.api.experiment.Arm;

/** An arm that owns what it measures, and warms it up before the engine does. */
public interface SettlingArm extends Arm, AutoCloseable {
    /**
     * Lets programs warm up: enough round trips for a compiler to have seen every path often, then until they no longer become
     * faster, and in any case not for long.
     *
     * @param least how many round trips are enough
     */
    void settle(int least);

    /** Ends what it owns. */
    @Override
    void close();
}

package org.kakuri.system.tzmediator.internal.darknet;

import org.kakuri.system.tzmediator.internal.Arms;

/** Names of arms and extras of tz/darknet, as claims and figures use them. */
final class DarknetArms {
    /** The whole network in one ordinary process, MEASURED. */
    static final String UNSPLIT = "unsplit";
    /** Split between two ordinary processes, MEASURED. */
    static final String PEER = Arms.BASELINE;
    /** What the names of arms end with that take only the time of the layers, on both sides. */
    static final String LAYERS = ".layers";

    /** Inferences of a trial so far, of all arms, whose logits were not those of the unsplit network, bit by bit. */
    static final String DIFFERENT = "logits.different";
    /** Inferences of a trial so far, of all arms, whose logits were compared. */
    static final String COMPARED = "logits.compared";
    /** Median time of the client's layers, in ns. */
    static final String CA_LAYERS = "layers.ca.ns";
    /** Median time of the TA's layers by its own clock, in ns. */
    static final String TA_LAYERS = "layers.ta.ns";
    /** Part of 2000 held-out digits that the unsplit network tells right. */
    static final String ACCURACY = "accuracy";

    private DarknetArms() {}
}

package org.kakuri.system.tzmediator.internal;

/** Names of arms and of the event they are about, as claims and figures use them. */
final class Arms {
    /** CA and CA, MEASURED. */
    static final String BASELINE = "ca-ca";
    /** CA and a TA that polls, MEASURED, no price. */
    static final String POLLING = "polling";
    /** CA and a TA that calls by RPC, MEASURED, no price. */
    static final String RPC = "rpc";
    /** What the names of arms with prices waited for end with. */
    static final String INJECTED = ".injected";
    /** The event that RPC is made of: a switch between the worlds, one for each direction. */
    static final String WORLD_SWITCH = "SMC";

    private Arms() {}
}

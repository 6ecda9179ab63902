package org.kakuri.system.tzmediator.internal;

/** Names of arms and of the event they are about, as claims and figures use them. */
public final class Arms {
    /** CA and CA, MEASURED. */
    public static final String BASELINE = "ca-ca";
    /** CA and a TA that polls, MEASURED, no price. */
    public static final String POLLING = "polling";
    /** CA and a TA that calls by RPC, MEASURED, no price. */
    public static final String RPC = "rpc";
    /** CA and a TA that calls by RPC a shadow process beside it, MEASURED, no price. */
    public static final String RPC_PARALLEL = "rpc.parallel";
    /** What the names of arms with prices waited for end with. */
    public static final String INJECTED = ".injected";
    /** The event that RPC is made of: leaving the TA's world and coming back. */
    public static final String WORLD_SWITCH = "SMC";

    /** The prices that injected arms take when those in use do not price a world switch. */
    public static final String SOURCED_PROFILE = "juno-a57";

    private Arms() {}
}

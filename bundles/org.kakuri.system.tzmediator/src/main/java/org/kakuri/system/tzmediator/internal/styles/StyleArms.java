package org.kakuri.system.tzmediator.internal.styles;

/** Names of arms and of what they tell beside times, as claims and figures use them. */
final class StyleArms {
    /** TEEC_InvokeCommand with parts of a block that stays registered. The baseline. */
    static final String REGISTERED = "gp.registered";
    /** TEEC_InvokeCommand with memory that is shared for the call only. */
    static final String TEMPORARY = "gp.temporary";
    /** POSIX by lightweight RPC; the reply and the next request are one call of the TA. */
    static final String RPC = "posix.rpc";
    /** POSIX by lightweight RPC; a call of the TA for each write and each read. */
    static final String RPC_PLAIN = "posix.rpc.plain";
    /** POSIX by polling. */
    static final String POLLING = "posix.polling";

    /** Extra: world switches for each request and reply of the block. */
    static final String SWITCHES = "switches.each";

    private StyleArms() {}
}

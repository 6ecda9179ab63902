package org.kakuri.api.tee;

/** How code inside reaches the outside. */
public enum CallStyle {
    /** By a world switch for each call: lightweight RPC, an OCALL, a hypercall. */
    RPC,
    /** Through shared memory that the outside polls, without leaving as long as answers come soon. */
    POLLING
}

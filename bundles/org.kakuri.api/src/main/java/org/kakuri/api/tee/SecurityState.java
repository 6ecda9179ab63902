package org.kakuri.api.tee;

/** Who an access is made as, as far as the bus can tell. Arm's four states; an x86 machine has NORMAL and, for SGX, ENCLAVE. */
public enum SecurityState {
    /** The host: hypervisor, operating system and ordinary programs (Arm: Non-secure). */
    NORMAL,
    /** TrustZone's Secure world. */
    SECURE,
    /** A realm of Arm CCA. */
    REALM,
    /** EL3 of an Arm machine with RME. */
    ROOT,
    /** Code of an SGX enclave. */
    ENCLAVE,
    /** A confidential guest of SEV. */
    GUEST
}

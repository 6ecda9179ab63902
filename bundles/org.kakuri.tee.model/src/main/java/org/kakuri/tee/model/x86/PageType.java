package org.kakuri.tee.model.x86;

/**
 * What an EPC page is used for.
 *
 * @rule Intel SDM vol. 3D, 38.11.2 (PAGE_TYPE field); the constants' ordinals are the encodings
 */
public enum PageType {
    /** The enclave's control structure: no software reads or writes it. */
    PT_SECS,
    /** A thread control structure: only entries and exits of the processor touch it. */
    PT_TCS,
    /** Code and data of the enclave, and its state save areas: its own code, as far as the permissions go. */
    PT_REG,
    /** A version array: only EWB and ELDB/ELDU touch it. */
    PT_VA,
    /** A page that was trimmed: nobody; may only be removed. */
    PT_TRIM
}

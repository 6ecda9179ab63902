package org.kakuri.tee.model.x86;

import java.util.Objects;
import org.kakuri.api.tee.Perms;

/**
 * One entry of the enclave page cache map: what the processor knows of a page that is valid.
 *
 * @rule Intel SDM vol. 3D, 38.19 (EPCM), table 38-27
 *
 * @param type PT
 * @param enclave ENCLAVESECS, as the identity of the enclave; 0 for a version array
 * @param address ENCLAVEADDRESS; 0 for SECS and version array
 * @param perms R, W, X
 * @param blocked BLOCKED: no new translation to it may be made
 * @param pending PENDING: was added to a running enclave, and not accepted yet
 * @param modified MODIFIED: its type was changed, and that is not accepted yet
 * @param restricted PR: its permissions were restricted, and that is not accepted yet
 */
public record EpcmEntry(PageType type, long enclave, long address, Perms perms, boolean blocked, boolean pending,
        boolean modified, boolean restricted) {
    /** Refuses null components. */
    public EpcmEntry {
        Objects.requireNonNull(type);
        Objects.requireNonNull(perms);
    }

    /** Returns the entry of a page as EADD makes it. */
    public static EpcmEntry of(PageType type, long enclave, long address, Perms perms) {
        return new EpcmEntry(type, enclave, address, perms, false, false, false, false);
    }

    /** Returns the entry with another type. */
    public EpcmEntry withType(PageType other) {
        return new EpcmEntry(other, enclave, address, perms, blocked, pending, modified, restricted);
    }

    /** Returns the entry with other permissions. */
    public EpcmEntry withPerms(Perms other) {
        return new EpcmEntry(type, enclave, address, other, blocked, pending, modified, restricted);
    }

    /** Returns the entry blocked or not. */
    public EpcmEntry withBlocked(boolean on) {
        return new EpcmEntry(type, enclave, address, perms, on, pending, modified, restricted);
    }

    /** Returns the entry pending or not. */
    public EpcmEntry withPending(boolean on) {
        return new EpcmEntry(type, enclave, address, perms, blocked, on, modified, restricted);
    }

    /** Returns the entry modified or not. */
    public EpcmEntry withModified(boolean on) {
        return new EpcmEntry(type, enclave, address, perms, blocked, pending, on, restricted);
    }

    /** Returns the entry restricted or not. */
    public EpcmEntry withRestricted(boolean on) {
        return new EpcmEntry(type, enclave, address, perms, blocked, pending, modified, on);
    }
}

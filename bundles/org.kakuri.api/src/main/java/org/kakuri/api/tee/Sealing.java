package org.kakuri.api.tee;

import org.osgi.annotation.versioning.ConsumerType;

/** Authenticated encryption under keys that only this code on this machine obtains. */
@ConsumerType
public interface Sealing {
    /**
     * Seals.
     *
     * @param label bound into the result, not secret
     * @param plain what to protect
     */
    byte[] seal(byte[] label, byte[] plain);

    /**
     * Opens what {@link #seal} made.
     *
     * @throws org.kakuri.api.Refused if it was made by other code, on another machine, under another label, or was changed
     */
    byte[] unseal(byte[] label, byte[] sealed);
}

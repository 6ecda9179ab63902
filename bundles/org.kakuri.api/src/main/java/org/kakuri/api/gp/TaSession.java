package org.kakuri.api.gp;

import org.kakuri.api.tee.Inside;
import org.osgi.annotation.versioning.ProviderType;

/** A session as the trusted application sees it: the same object at each call of the session. */
@ProviderType
public interface TaSession {
    /** Returns what only code inside can do; valid during the call that is under way. */
    Inside inside();

    /** Returns what the application stored with the session, null at first. */
    Object context();

    /** Stores something with the session. */
    void context(Object context);

    /**
     * TEE_GetCancellationFlag: whether the client asked for cancellation. Always false while cancellation is masked, as it is
     * when a call begins.
     */
    boolean cancelled();

    /** TEE_MaskCancellation and TEE_UnmaskCancellation. */
    void maskCancellation(boolean masked);
}

package org.kakuri.api.gp;

import org.kakuri.api.runtime.Lease;
import org.kakuri.api.tee.ExitHandler;
import org.kakuri.api.tee.Pricing;
import org.osgi.annotation.versioning.ProviderType;

/**
 * GlobalPlatform's APIs of a leased backend, on the machine of the lease: got by {@link Lease#extension}. What is installed and
 * opened through it ends with the lease: its applications are destroyed, a call that is under way then ends with
 * {@link org.kakuri.api.Gone} whose {@code mayHaveExecuted} is true, and later calls throw {@code Gone} without any effect. A
 * {@link ResultCode#TARGET_DEAD} is therefore always the application's own end. Thread-safe.
 */
@ProviderType
public interface GlobalPlatform {
    /** Makes an application known until the lease ends; nothing is loaded yet. */
    void install(TaImage image);

    /**
     * TEEC_InitializeContext.
     *
     * @param pricing how what this client causes is charged
     * @param supplicant the normal world's part when an application asks for something during a call of this client, on the
     *        thread of that call; {@link TrustedOs#NO_SUPPLICANT} if none does
     */
    TeeClient initializeContext(Pricing pricing, ExitHandler supplicant);
}

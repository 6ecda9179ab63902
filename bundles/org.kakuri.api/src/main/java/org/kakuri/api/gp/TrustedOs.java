package org.kakuri.api.gp;

import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Pricing;
import org.osgi.annotation.versioning.ConsumerType;

/** What a backend offers as an extension if its instances are trusted applications. Thread-safe. */
@ConsumerType
public interface TrustedOs {
    /**
     * Makes an application known on a machine; nothing is loaded yet. An application of the same UUID is replaced for
     * instances that are loaded later.
     */
    void install(Machine machine, TaImage image);

    /**
     * TEEC_InitializeContext.
     *
     * @param machine whose TEE
     * @param pricing how what this client causes is charged
     */
    TeeClient connect(Machine machine, Pricing pricing);
}

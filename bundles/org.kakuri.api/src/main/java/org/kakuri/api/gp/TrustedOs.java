package org.kakuri.api.gp;

import org.kakuri.api.tee.Exit;
import org.kakuri.api.tee.ExitHandler;
import org.kakuri.api.tee.Machine;
import org.kakuri.api.tee.Pricing;
import org.kakuri.api.tee.Resume;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a backend offers as an extension if its instances are trusted applications. Only core calls it; everybody else asks a lease
 * for {@link GlobalPlatform}. Thread-safe.
 */
@ConsumerType
public interface TrustedOs {
    /** A supplicant for applications that ask the normal world for nothing: each request is answered -ENOSYS. */
    ExitHandler NO_SUPPLICANT = exit -> exit instanceof Exit.HostCall ? new Resume.Reply(-38) : Resume.CONTINUE;

    /**
     * Makes an application known on a machine; nothing is loaded yet. An application of the same UUID is replaced for
     * instances that are loaded later.
     */
    Installation install(Machine machine, TaImage image);

    /**
     * TEEC_InitializeContext.
     *
     * @param machine whose TEE
     * @param pricing how what this client causes is charged
     * @param supplicant the normal world's part when an application asks for something during a call of this client; called on
     *        the thread of that call, which left the secure world for it
     */
    TeeClient connect(Machine machine, Pricing pricing, ExitHandler supplicant);

    /** An application that is known. */
    @ConsumerType
    interface Installation extends AutoCloseable {
        /**
         * Forgets the application if it was not replaced meanwhile, and destroys its single instance if one was kept alive.
         * Idempotent.
         */
        @Override
        void close();
    }
}

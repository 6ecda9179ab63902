package org.kakuri.api.runtime;

import org.kakuri.api.tee.CostProfile;
import org.osgi.annotation.versioning.ProviderType;

/** Starts domain hosts. Implemented by the domain bundle, called by core only. Thread-safe. */
@ProviderType
public interface DomainHosts {
    /**
     * Environment variable that a domain host and everything it starts carry, by which what it leaves behind is found. A runtime
     * that gives guests an environment of their own passes it on.
     */
    String MARK = "KAKURI_DOMAIN_HOST";

    /**
     * Starts a child process with exactly the bundles that the backend and the runtime in use are wired to, and opens the
     * session there.
     *
     * @param backend name of the backend
     * @param backendBundle identifier of the bundle that provides it
     * @param runtime name of the runtime
     * @param runtimeBundle identifier of the bundle that provides it
     * @param host name of the machine
     * @param image what runs
     * @param spec how; its pricing's {@link CostProfile} goes along
     * @return the session; closing it ends the child
     */
    RuntimeSession open(String backend, long backendBundle, String runtime, long runtimeBundle, String host,
            RuntimeImage image, SessionSpec spec);
}

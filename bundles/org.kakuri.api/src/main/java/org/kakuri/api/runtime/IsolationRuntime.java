package org.kakuri.api.runtime;

import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.BackendLease;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Runs programs in instances of whatever backend it is lent. One bundle provides one, as an immediate singleton component with
 * the property {@link #NAME}. Only core calls it. Thread-safe.
 */
@ConsumerType
public interface IsolationRuntime {
    /** Service property. String. The runtime's unique name, equal to {@link RuntimeInfo#name()}. */
    String NAME = "kakuri.runtime.name";

    /** Returns what this runtime is. Constant for the life of the service. */
    RuntimeInfo info();

    /** Returns what running this runtime on such a backend stands for in the real world. */
    Cell cell(BackendInfo backend);

    /**
     * Opens a session inline, in this process.
     *
     * @param backend where instances are created
     * @param image what runs
     * @param spec how
     * @throws org.kakuri.api.Refused if the image is bad; nothing remains
     * @throws org.kakuri.api.Unsupported if the backend lacks something; nothing remains
     */
    RuntimeSession open(BackendLease backend, RuntimeImage image, SessionSpec spec);
}

package org.kakuri.api.tee;

import java.util.List;
import java.util.Optional;
import org.kakuri.api.Unsupported;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A hardware TEE. One bundle provides one, as an immediate singleton component with the property {@link #NAME}; it is found by
 * that unique name, never by ranking. Only core calls it; everybody else holds a {@link BackendLease}. Thread-safe.
 */
@ConsumerType
public interface TeeBackend {
    /** Service property. String. The backend's unique name, equal to {@link BackendInfo#name()}. */
    String NAME = "kakuri.tee.name";

    /** Returns what this backend is. Constant for the life of the service. */
    BackendInfo info();

    /**
     * Creates an instance in state {@link InstanceState#BUILDING}.
     *
     * @param machine a machine of this backend's architecture
     * @param spec what is wanted
     * @throws Unsupported naming what is missing, before anything was taken from the machine
     */
    TeeInstance create(Machine machine, InstanceSpec spec);

    /** Returns which world crossings one I/O causes on this architecture; a system call is not a crossing by itself. */
    List<Crossing> cross(IoIntent intent);

    /** Returns an extension of this backend, which is how the API grows without breaking anyone. */
    default <T> Optional<T> extension(Class<T> type) {
        return Optional.empty();
    }
}
